namespace AgentOrchestration.Llm.Workspace;

/// <summary>A tool cannot do what the model asks for; caught where the tool was called, and told to the model.</summary>
/// <param name="message">What is the matter and what to do, for the model. It may have content, so it must not reach a log.</param>
internal sealed class ToolRefusal(string message) : Exception(message);
