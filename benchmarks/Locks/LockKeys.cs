namespace AgentOrchestration.Benchmarks.Locks;

/// <summary>Keys as callers keep them. Every call makes new ones of new strings, so that no contestant gains by comparing references.</summary>
internal static class LockKeys
{
    private static readonly string Root = Path.Combine(Path.GetTempPath(), "orchestration-benchmarks");

    public static ResourceKey[] Files(int count, string directory = "src")
    {
        var keys = new ResourceKey[count];
        for (var i = 0; i < count; i++)
        {
            keys[i] = ResourceKey.File(Path.Combine(Root, directory, $"area{i % 97:00}", $"component{i:000000}.cs"));
        }

        return keys;
    }

    public static ResourceKey Directory(string directory) => ResourceKey.Directory(Path.Combine(Root, directory));

    /// <summary>All files at least once, in random order, repeated up to <paramref name="length"/>.</summary>
    public static ResourceKey[] Shuffled(int files, int length)
    {
        var keys = Files(files);
        var order = new ResourceKey[length];
        for (var i = 0; i < length; i++)
        {
            order[i] = keys[i % files];
        }

        new Random(1).Shuffle(order);
        return order;
    }

    /// <summary>Random sets of four different files.</summary>
    public static ResourceKey[][] SetsOfFour(int files, int sets)
    {
        var random = new Random(2);
        var keys = Files(files);
        var result = new ResourceKey[sets][];
        for (var i = 0; i < sets; i++)
        {
            random.Shuffle(keys);
            result[i] = keys[..4];
        }

        return result;
    }

    /// <summary>Files by Zipf's law: the second is wanted half as often as the first, the third a third as often.</summary>
    public static ResourceKey[] Zipf(int files, int length, int seed)
    {
        var random = new Random(seed);
        var keys = Files(files);
        var total = Enumerable.Range(1, files).Sum(static rank => 1.0 / rank);
        var order = new ResourceKey[length];
        for (var i = 0; i < length; i++)
        {
            var rank = 1;
            for (var left = (random.NextDouble() * total) - 1; left > 0 && rank < files; left -= 1.0 / rank)
            {
                rank++;
            }

            order[i] = keys[rank - 1];
        }

        return order;
    }
}
