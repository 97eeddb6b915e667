using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.DependencyInjection;

internal sealed record AgentOrchestrationBuilder(IServiceCollection Services, string? Key) : IAgentOrchestrationBuilder;
