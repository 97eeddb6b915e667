using CsCheck;

namespace AgentOrchestration.Tests.Locking;

/// <summary>INV-10 on random trees of a real file system with links of all kinds. What a path means is found out by opening it: every file says where it really is.</summary>
public sealed class ResourcePathProperties : IDisposable
{
    private const string Marker = ".here";

    private static readonly string[] Names = ["a", "ab", "b", "B", "a b", "é"];

    // So deep that no chain of ".." leads out of what the test made.
    private readonly string _top = Directory.CreateTempSubdirectory("locks").FullName;
    private readonly string _root;

    public ResourcePathProperties() => _root = Directory.CreateDirectory(Path.Combine(_top, "1/2/3/4/5/6/7/8/9/root")).FullName;

    private enum Kind
    {
        Directory,
        File,
        Link,
        LinkFromTheRoot,
    }

    private static Gen<string> Name { get; } = Gen.Int[0, Names.Length - 1].Select(static i => Names[i]);

    // Names, dots and doubled separators, as they come.
    private static Gen<string> Tail { get; } = Gen.Frequency((8, Name), (2, Gen.Const("..")), (1, Gen.Const(".")), (1, Gen.Const(string.Empty))).Array[1, 5].Select(parts => string.Join('/', parts));

    private static Gen<Entry[]> Entries { get; } = (
        from kind in Gen.Frequency((3, Gen.Const(Kind.Directory)), (3, Gen.Const(Kind.File)), (3, Gen.Const(Kind.Link)), (1, Gen.Const(Kind.LinkFromTheRoot)))
        from parent in Gen.Int[0, 100]
        from name in Name
        from target in Gen.Frequency((8, Name), (3, Gen.Const("..")), (1, Gen.Const("."))).Array[1, 4].Select(parts => string.Join('/', parts))
        select new Entry(kind, parent, name, target)).Array[4, 24];

    [Fact]
    public void INV10_OneFileIsOneKeyAndDifferentFilesAreDifferentKeys() => Sample((paths, tree) =>
    {
        var reached = paths.Select(path => (Path: path, Where: tree.WhereIs(path))).Where(found => found.Where is not null).ToList();
        foreach (var found in reached)
            Assert.Equal(ResourceKey.File(found.Where!), ResourceKey.File(found.Path));
        foreach (var found in reached)
        {
            foreach (var other in reached)
                Assert.Equal(found.Where == other.Where, ResourceKey.File(found.Path) == ResourceKey.File(other.Path));
        }
    });

    [Fact]
    public void INV10_ADirectoryCoversExactlyWhatIsBelowIt() => Sample((paths, tree) =>
    {
        var files = paths.Select(path => (Path: path, Where: tree.WhereIs(path))).Where(found => found.Where is not null).ToList();
        var directories = paths.Select(path => (Path: path, Where: Path.GetDirectoryName(tree.WhereIs(path + "/" + Marker)))).Where(found => found.Where is not null).ToList();
        foreach (var directory in directories)
        {
            var key = ResourceKey.Directory(directory.Path);
            Assert.All(files, file => Assert.Equal(IsBelow(file.Where!, directory.Where!), key.Covers(ResourceKey.File(file.Path))));
            Assert.All(directories, other => Assert.Equal(IsBelow(other.Where!, directory.Where!), key.Covers(ResourceKey.Directory(other.Path))));
        }
    });

    [Fact]
    public void INV10_AFileThatDoesNotExistYet_HasTheKeyItHasLater() => Sample((paths, tree) =>
    {
        foreach (var path in paths)
        {
            if (tree.WhereIs(path) is not null || tree.Create(path, ResourceKeyOrNone) is not { } created)
                continue;

            Assert.Equal(created.Before, ResourceKey.File(path));
            Assert.Equal(created.Before, ResourceKey.File(created.Where));
            File.Delete(created.Where);
            Assert.Equal(created.Before, ResourceKey.File(path));
        }
    });

    [Fact]
    public void INV10_ACircleOfLinks_IsRefusedAsTheSystemRefusesIt() => Sample((paths, tree) =>
    {
        foreach (var path in paths)
        {
            if (ResourceKeyOrNone(path) == default)
                Assert.Null(tree.WhereIs(path));
            else
                Assert.False(tree.IsCircle(path), $"{path} leads into a circle, and has a key.");
        }
    });

    public void Dispose() => Directory.Delete(_top, recursive: true);

    private static ResourceKey ResourceKeyOrNone(string path)
    {
        try
        {
            return ResourceKey.File(path);
        }
        catch (IOException)
        {
            return default;
        }
    }

    // By names, not by characters.
    private static bool IsBelow(string path, string directory)
    {
        var (names, above) = (path.Split('/'), directory.Split('/'));
        return names.Length >= above.Length && names.Take(above.Length).SequenceEqual(above, StringComparer.Ordinal);
    }

    private void Sample(Action<List<string>, Tree> check)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege there.");
        Gen.Select(Entries, Gen.Select(Tail, Gen.Int[0, 2]).Array[5, 25]).Sample(
            sample =>
            {
                var tree = new Tree(Path.Combine(_root, "tree"), sample.Item1);
                try
                {
                    check([.. sample.Item2.Select(path => tree.Spell(path.Item1, path.Item2))], tree);
                }
                finally
                {
                    tree.Delete();
                }
            },
            iter: 100,
            threads: 1,
            print: sample => string.Join(Environment.NewLine, sample.Item1.Select(entry => entry.ToString()).Concat(sample.Item2.Select(path => path.Item1))));
    }

    private sealed record Entry(Kind Kind, int Parent, string Name, string Target);

    private sealed class Tree
    {
        private readonly string _root;
        private readonly List<string> _directories = [];

        public Tree(string root, Entry[] entries)
        {
            _root = root;
            AddDirectory(_root);
            foreach (var entry in entries)
            {
                var path = Path.Combine(_directories[entry.Parent % _directories.Count], entry.Name);
                if (File.Exists(path) || Directory.Exists(path) || new FileInfo(path).LinkTarget is not null)
                    continue;

                switch (entry.Kind)
                {
                    case Kind.Directory:
                        AddDirectory(path);
                        break;
                    case Kind.File:
                        File.WriteAllText(path, path);
                        break;
                    case Kind.Link:
                        File.CreateSymbolicLink(path, entry.Target);
                        break;
                    default:
                        File.CreateSymbolicLink(path, $"{_root}//{entry.Target}");
                        break;
                }
            }
        }

        /// <summary>From the root of the tree, from the current directory, or over a directory and back.</summary>
        public string Spell(string tail, int how) => how switch
        {
            0 => $"{_root}/{tail}",
            1 => $"{Path.GetRelativePath(Environment.CurrentDirectory, _root)}/{tail}",
            _ => $"{_root}/./nowhere/..//{tail}",
        };

        /// <summary>What the system opens, which knows where it is; null if it opens nothing.</summary>
        public string? WhereIs(string path)
        {
            try
            {
                return Path.EndsInDirectorySeparator(path) ? null : File.ReadAllText(path);
            }
            catch (Exception none) when (none is IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }

        public bool IsCircle(string path)
        {
            try
            {
                File.OpenHandle(path).Dispose();
                return false;
            }
            catch (IOException failed) when (failed is not (FileNotFoundException or DirectoryNotFoundException))
            {
                return failed.Message.Contains("symbolic links", StringComparison.Ordinal);
            }
            catch (Exception other) when (other is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }

        /// <summary>Creates what is not there; null if that is not possible.</summary>
        public (ResourceKey Before, string Where)? Create(string path, Func<string, ResourceKey> keyOf)
        {
            var before = keyOf(path);
            try
            {
                if (Path.EndsInDirectorySeparator(path))
                    return null;

                File.WriteAllText(path, "new");
            }
            catch (Exception impossible) when (impossible is IOException or UnauthorizedAccessException)
            {
                return null;
            }

            return (before, Everywhere().SelectMany(Directory.EnumerateFiles).Single(file => new FileInfo(file).LinkTarget is null && File.ReadAllText(file) == "new"));
        }

        public void Delete() => Directory.Delete(_root, recursive: true);

        // A link may lead out of the tree, into one of the directories above it.
        private IEnumerable<string> Everywhere()
        {
            for (var above = Path.GetDirectoryName(_root); Path.GetFileName(above) != "1"; above = Path.GetDirectoryName(above))
                yield return above!;
            foreach (var directory in _directories)
                yield return directory;
        }

        private void AddDirectory(string path)
        {
            Directory.CreateDirectory(path);
            _directories.Add(path);
            File.WriteAllText(Path.Combine(path, Marker), Path.Combine(path, Marker));
        }
    }
}
