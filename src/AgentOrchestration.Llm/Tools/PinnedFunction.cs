using System.Text.Json;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Llm.Tools;

/// <summary>A tool that shows the face that was accepted, and runs only while the tool behind it still has that face.</summary>
internal sealed class PinnedFunction(AIFunction tool, ToolFace face) : DelegatingAIFunction(tool)
{
    public override string Name => face.Name;

    public override string Description => face.Description;

    public override JsonElement JsonSchema => face.Schema;

    protected override ValueTask<object?> InvokeCoreAsync(AIFunctionArguments arguments, CancellationToken cancellationToken) =>
        ToolFace.Of(InnerFunction).Fingerprint == face.Fingerprint ? base.InvokeCoreAsync(arguments, cancellationToken) : throw new ToolChangedException(face.Name);
}
