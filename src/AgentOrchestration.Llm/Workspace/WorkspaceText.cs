namespace AgentOrchestration.Llm.Workspace;

/// <summary>What a model is told of refusals: what is the matter and what to do, without a path of the machine.</summary>
internal static class WorkspaceText
{
    public static string Of(FileRefusal refusal, AgentId reader) => refusal.Reason switch
    {
        FileRefusalReason.Changed => $"It was not changed: {Change(refusal, reader)} since you have read it. Read it again, and base the change on what is there.",
        FileRefusalReason.LockLost => "It was not changed: you hold it no longer.",
        FileRefusalReason.Missing => "There is no such file.",
        FileRefusalReason.NotAFile => "It is a folder, a device or a pipe, and no file.",
        FileRefusalReason.HardLinks => "It was not changed: it has several hard links.",
        FileRefusalReason.TooLarge => "It is, or would become, larger than is allowed.",
        FileRefusalReason.NotText => "It is not text.",
        FileRefusalReason.PathChanged => "Its path was changed just now. Try again.",
        FileRefusalReason.OutsideRoot => "It leads out of the workspace.",
        FileRefusalReason.NotAllowed => "It is not among the files that you may use.",
        _ => "It was refused.",
    };

    private static string Change(FileRefusal refusal, AgentId reader) => refusal switch
    {
        { Writer: { } writer } when writer.AgentId == reader => "another call of yours has changed it",
        { Writer: { } writer } => $"'{writer.Name}' has changed it",
        { Found.Exists: false } => "it was deleted",
        _ => "something outside has changed it",
    };
}
