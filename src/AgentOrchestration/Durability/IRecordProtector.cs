namespace AgentOrchestration;

/// <summary>Changes what is stored: encrypts the data of records, or leaves it out. Called from any thread, one record after the other.</summary>
/// <remarks>Ids, kinds, keys, timestamps and sizes are not protected. Data that is left out cannot be read again: an agent that needs it to go on fails with <see cref="AgentErrorCodes.NotResumable"/>.
/// With a protector, knowledge stays in memory: a base that is searched cannot be protected.</remarks>
public interface IRecordProtector
{
    /// <summary>The data as it is to be stored.</summary>
    /// <param name="record">The record, with its data as it is.</param>
    /// <returns>What is stored instead; empty to leave it out.</returns>
    ReadOnlyMemory<byte> Protect(StoreRecord record);

    /// <summary>The data as it was.</summary>
    /// <param name="record">The record, with its data as it was stored; not empty.</param>
    /// <returns>What <see cref="Protect"/> was given. An exception means that the record is damaged: it is reported with the exception's type.</returns>
    ReadOnlyMemory<byte> Unprotect(StoreRecord record);
}
