using AgentOrchestration.Llm.Tools;
using Microsoft.Extensions.AI;

namespace AgentOrchestration;

/// <summary>
/// Tools from elsewhere, such as those of an MCP server, held to what they said of themselves when they were accepted: one whose name, description or schema has changed is not given to a model,
/// and does not run, until the host accepts the change. Thread-safe.
/// </summary>
/// <remarks>What a tool says of itself is read by the model, so whoever can change it can tell the model what to do. What a tool does when it runs is not checked.</remarks>
/// <example><code>
/// var catalog = new ToolCatalog(ToolPin.ReadAll(await File.ReadAllTextAsync("pins.json")));
/// catalog.Add(await mcpClient.ListToolsAsync());
/// foreach (var refused in catalog.GetRefused())
///     Console.WriteLine($"{refused.Name} is {refused.Reason}");   // then catalog.Accept(refused), if a person has looked at it
/// </code></example>
public sealed class ToolCatalog
{
    private readonly Lock _gate = new();
    private readonly OrderedDictionary<string, AIFunction> _tools = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _pins = new(StringComparer.Ordinal);
    private readonly bool _pinsNew;

    /// <summary>A catalog that accepts each tool as it is when it is first added.</summary>
    public ToolCatalog() => _pinsNew = true;

    /// <summary>A catalog that accepts what fits a pin. Tools without one are refused as <see cref="ToolRefusalReason.New"/> until they are accepted.</summary>
    /// <param name="pins">What was accepted before.</param>
    /// <exception cref="ArgumentException">Two pins have one name.</exception>
    public ToolCatalog(IEnumerable<ToolPin> pins)
    {
        ArgumentNullException.ThrowIfNull(pins);
        foreach (var pin in pins)
        {
            if (!_pins.TryAdd(pin.Name, pin.Fingerprint))
                throw new ArgumentException($"There are two pins for '{pin.Name}'.", nameof(pins));
        }
    }

    /// <summary>Adds tools; all, or none.</summary>
    /// <param name="tools">The tools.</param>
    /// <exception cref="ArgumentException">A name is there already, or twice among them: a model could not tell which is meant.</exception>
    public void Add(params IEnumerable<AIFunction> tools) => Put(tools, replaces: false);

    /// <summary>Takes tools that their server has listed again: each takes the place of the one with its name, or is added. Pins stay as they are.</summary>
    /// <param name="tools">The tools.</param>
    /// <exception cref="ArgumentException">A name is twice among them.</exception>
    public void Replace(params IEnumerable<AIFunction> tools) => Put(tools, replaces: true);

    /// <summary>Removes a tool; its pin stays, so that it cannot come back changed.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>False if there is none.</returns>
    public bool Remove(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        lock (_gate)
            return _tools.Remove(name);
    }

    /// <summary>The tools that are as they were accepted, in the order in which they were added. Each looks again when it is called, and throws <see cref="ToolChangedException"/> if it has changed.</summary>
    public IReadOnlyList<AIFunction> GetTools() => [.. Look().Where(static seen => seen.Reason is null).Select(static seen => new PinnedFunction(seen.Tool, seen.Face))];

    /// <summary>The tools that are left out at this moment, and why.</summary>
    public IReadOnlyList<RefusedTool> GetRefused() =>
        [.. Look().Where(static seen => seen.Reason is not null).Select(static seen => new RefusedTool(seen.Name, seen.Reason!.Value, seen.Face.Description, seen.Face.Schema, seen.Face.Fingerprint))];

    /// <summary>Accepts a tool as it was shown. If it has changed again since, it stays refused.</summary>
    /// <param name="refused">From <see cref="GetRefused"/>.</param>
    public void Accept(RefusedTool refused)
    {
        ArgumentNullException.ThrowIfNull(refused);
        lock (_gate)
            _pins[refused.Name] = refused.Fingerprint;
    }

    /// <summary>What is accepted, to be kept and given to the next catalog; by name.</summary>
    public IReadOnlyList<ToolPin> GetPins()
    {
        lock (_gate)
            return [.. _pins.Select(static pin => new ToolPin(pin.Key, pin.Value)).OrderBy(static pin => pin.Name, StringComparer.Ordinal)];
    }

    private void Put(IEnumerable<AIFunction> tools, bool replaces)
    {
        ArgumentNullException.ThrowIfNull(tools);

        // What tools say of themselves is foreign code, so it runs outside the gate.
        var faces = tools.Select(static tool => (Tool: tool, Face: ToolFace.Of(tool))).ToList();
        lock (_gate)
        {
            var names = new HashSet<string>(replaces ? [] : _tools.Keys, StringComparer.Ordinal);
            foreach (var (_, face) in faces)
            {
                if (!names.Add(face.Name))
                    throw new ArgumentException($"There is a tool '{face.Name}' already. Give one of the two another name.", nameof(tools));
            }

            foreach (var (tool, face) in faces)
            {
                _tools[face.Name] = tool;
                if (_pinsNew)
                    _pins.TryAdd(face.Name, face.Fingerprint);
            }
        }
    }

    private List<(string Name, AIFunction Tool, ToolFace Face, ToolRefusalReason? Reason)> Look()
    {
        List<(string Name, AIFunction Tool, string? Pin)> tools;
        lock (_gate)
            tools = [.. _tools.Select(tool => (tool.Key, tool.Value, _pins.GetValueOrDefault(tool.Key)))];
        return [.. tools.Select(static tool => (tool.Name, tool.Tool, Face: ToolFace.Of(tool.Tool), tool.Pin)).Select(static seen => (seen.Name, seen.Tool, seen.Face, ReasonOf(seen.Face, seen.Pin)))];
    }

    private static ToolRefusalReason? ReasonOf(ToolFace face, string? pin) =>
        pin is null ? ToolRefusalReason.New : pin == face.Fingerprint ? null : ToolRefusalReason.Changed;
}
