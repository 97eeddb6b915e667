using System.Globalization;

namespace AgentOrchestration.Files;

/// <summary>What refusals say.</summary>
internal static class FileRefusals
{
    public static FileRefusedException Changed(string path, ExpectedFileVersion expected, FileVersion found, FileWriter? writer)
    {
        var wanted = expected == ExpectedFileVersion.Absent ? "no file" : $"version {expected}";
        var there = found.Exists ? $"version {found}" : "no file";
        var by = writer switch
        {
            null when !found.Exists => "It was deleted by something outside",
            null => "It was written by something outside, or too long ago to say",
            { AgentId: { } id } => string.Create(CultureInfo.InvariantCulture, $"It was written by '{writer.Name}' ({id}) at {writer.At:O}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"It was written by '{writer.Name}' at {writer.At:O}"),
        };
        return new(new FileRefusal(FileRefusalReason.Changed, path, $"{path} was not changed: expected {wanted}, but there is {there}. {by}. Read it and base the change on what is there.")
        {
            Expected = expected,
            Found = found,
            Writer = writer,
        });
    }

    public static FileRefusedException LockLost(string path) => Of(
        FileRefusalReason.LockLost, path, "was not changed: the lock on it was lost before the new content was in place. Start again from reading it, if you still may.");

    public static FileRefusedException Missing(string path) => Of(FileRefusalReason.Missing, path, "does not exist, so it cannot be edited. Write it as a new file.");

    public static FileRefusedException NotAFile(string path) => Of(FileRefusalReason.NotAFile, path, "is not a regular file.");

    public static FileRefusedException HardLinks(string path, uint links) => Of(
        FileRefusalReason.HardLinks, path, string.Create(CultureInfo.InvariantCulture, $"was not changed: it has {links} hard links, and the others would keep the old content. Break the links first."));

    public static FileRefusedException TooLarge(string path, int maxBytes) => Of(
        FileRefusalReason.TooLarge, path, string.Create(CultureInfo.InvariantCulture, $"is, or would become, larger than {maxBytes} bytes (MaxFileBytes)."));

    public static FileRefusedException NotText(string path) => Of(FileRefusalReason.NotText, path, "is not text in UTF-8, or in UTF-16 or UTF-32 with a byte order mark, so it cannot be edited as text.");

    public static FileRefusedException TextNotFound(string path) => Of(
        FileRefusalReason.TextNotFound, path, "was not changed: the text to be replaced is not in it. It must match exactly, white space included. Read the file again.");

    public static FileRefusedException TextNotUnique(string path, int count) => Of(
        FileRefusalReason.TextNotUnique, path, string.Create(CultureInfo.InvariantCulture, $"was not changed: the text to be replaced is in it {count} times. Give more of what surrounds it."));

    public static FileRefusedException PathChanged(string path) => Of(
        FileRefusalReason.PathChanged, path, "was left alone: a link was put into its path since it was asked for, so that the path leads elsewhere now. Try again.");

    public static FileRefusedException OutsideRoot(string path, string root) => Of(FileRefusalReason.OutsideRoot, path, $"is outside of {root}, which is as far as the caller may go.");

    public static FileRefusedException NotAllowed(string path) => Of(FileRefusalReason.NotAllowed, path, "is not among the files that the caller may use.");

    private static FileRefusedException Of(FileRefusalReason reason, string path, string what) => new(new FileRefusal(reason, path, $"{path} {what}"));
}
