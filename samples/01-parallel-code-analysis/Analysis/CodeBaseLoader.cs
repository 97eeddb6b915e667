using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace ParallelCodeAnalysis.Analysis;

/// <summary>Finds, reads, parses and compiles.</summary>
internal static class CodeBaseLoader
{
    /// <summary>Loads everything below <paramref name="root"/>, an existing folder.</summary>
    /// <param name="root">Absolute path.</param>
    /// <param name="cancellationToken">Stops loading.</param>
    public static async Task<CodeBase> LoadAsync(string root, CancellationToken cancellationToken)
    {
        var finder = new SourceFileFinder(root);
        var paths = finder.Find(cancellationToken);
        var problems = new ConcurrentBag<FileProblem>(finder.Problems);
        var files = new SourceFile?[paths.Count];

        await Parallel.ForAsync(0, paths.Count, cancellationToken, (index, token) =>
        {
            files[index] = TryLoad(paths[index], finder.RelativePath(paths[index]), problems, token);
            return ValueTask.CompletedTask;
        });

        var loaded = files.OfType<SourceFile>().ToList();
        var catalog = RuleCatalog.Load();
        var compilation = Compile(loaded, catalog);
        return new CodeBase(
            root,
            loaded,
            [.. problems.OrderBy(problem => problem.Path, StringComparer.Ordinal)],
            finder.GeneratedFiles,
            compilation,
            new RulePass(compilation, catalog));
    }

    private static SourceFile? TryLoad(string path, string relativePath, ConcurrentBag<FileProblem> problems, CancellationToken cancellationToken)
    {
        var text = SourceFileReader.TryRead(path, out var reason);
        if (text is null) return Skip(reason ?? "cannot be read");
        if (NestingGuard.IsTooDeep(text)) return Skip(NestingGuard.Reason);

        var tree = SourceFileParser.Parse(text, relativePath, cancellationToken);
        if (NestingGuard.IsTooDeep(tree.GetRoot(cancellationToken))) return Skip(NestingGuard.Reason);
        if (SourceFileParser.SyntaxErrors(tree, cancellationToken) is { } errors)
            problems.Add(new FileProblem(relativePath, errors, IsSkipped: false));
        return new SourceFile(relativePath, tree, TestFiles.IsTest(relativePath, tree.GetRoot(cancellationToken)));

        SourceFile? Skip(string why)
        {
            problems.Add(new FileProblem(relativePath, why, IsSkipped: true));
            return null;
        }
    }

    private static CSharpCompilation Compile(IEnumerable<SourceFile> files, RuleCatalog catalog)
    {
        // A library: its public members are then seen as an API. Programs in the tree make errors that nobody reads.
        // Annotations: nullable syntax is understood, and files that ask for warnings themselves get them.
        // Not built concurrently: the agents are the parallelism, and the compiler's own workers took a quarter more time.
        var options = new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary,
            allowUnsafe: true,
            concurrentBuild: false,
            nullableContextOptions: NullableContextOptions.Annotations,
            specificDiagnosticOptions: catalog.DiagnosticOptions);

        return CSharpCompilation.Create(
            "CodeBase", files.Select(file => file.Tree).Append(GlobalUsings.Tree()), FrameworkReferences.All(), options);
    }
}
