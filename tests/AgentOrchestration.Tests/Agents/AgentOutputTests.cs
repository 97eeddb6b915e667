using System.Text.Json;
using System.Text.Json.Serialization;

namespace AgentOrchestration.Tests.Agents;

public sealed partial class AgentOutputTests
{
    [Fact]
    public void ReadData_GivesTheDataAsItsType()
    {
        var output = new AgentOutput("") { Data = JsonSerializer.SerializeToElement(new Point(1, 2)) };

        Assert.Equal(new Point(1, 2), output.ReadData<Point>());
        Assert.Equal(new Point(1, 2), output.ReadData(Json.Default.Point));
    }

    [Fact]
    public void ReadData_WithoutData_SaysSo() => Assert.Contains("no data", Assert.Throws<InvalidOperationException>(() => new AgentOutput("text").ReadData<Point>()).Message);

    [Fact]
    public void ReadData_OfAnotherShape_SaysSo()
    {
        Assert.Throws<JsonException>(() => new AgentOutput("") { Data = JsonSerializer.SerializeToElement("text") }.ReadData<Point>());
        Assert.Throws<JsonException>(() => new AgentOutput("") { Data = JsonSerializer.SerializeToElement<Point?>(null) }.ReadData<Point>());
    }

    internal sealed record Point(int X, int Y);

    [JsonSerializable(typeof(Point))]
    internal sealed partial class Json : JsonSerializerContext;
}
