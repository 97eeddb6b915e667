using System.ComponentModel.DataAnnotations;
using System.Reflection;

namespace AgentOrchestration.Llm.Tests.Architecture;

public sealed class LlmPublicApiTests
{
    private static readonly Type[] PublicTypes = [.. typeof(LlmOptions).Assembly.GetExportedTypes()];

    [Fact]
    public void PublicClasses_AreSealed() => Assert.DoesNotContain(PublicTypes, static type => type is { IsClass: true, IsSealed: false });

    [Fact]
    public void PublicTypes_AreInTheRootNamespace_SoThatOneUsingIsEnough() => Assert.DoesNotContain(
        PublicTypes,
        static type => type.Namespace is not ("AgentOrchestration" or "Microsoft.Extensions.DependencyInjection"));

    [Fact]
    public void NumericOptions_AllHaveARange()
    {
        var without = new[] { typeof(LlmOptions), typeof(LlmClientOptions) }.SelectMany(static type => type.GetProperties())
            .Where(static property => (Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType) is var type && (type == typeof(int) || type == typeof(double) || type == typeof(TimeSpan)))
            .Where(static property => !property.GetCustomAttributes<ValidationAttribute>().Any())
            .Select(static property => property.Name);

        Assert.Empty(without);
    }
}
