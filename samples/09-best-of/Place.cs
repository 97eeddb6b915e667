using System.Text.Json.Serialization;

namespace BestOf;

/// <summary>A place on the map.</summary>
internal readonly record struct Place(double X, double Y)
{
    /// <summary>Places that look random and are always the same.</summary>
    public static Place[] Scatter(int count) => [.. Enumerable.Range(1, count).Select(i => new Place(i * 61 % 97, i * i * 37 % 89))];

    public double DistanceTo(Place other) => Math.Sqrt(((X - other.X) * (X - other.X)) + ((Y - other.Y) * (Y - other.Y)));
}

[JsonSerializable(typeof(int[]))]
internal sealed partial class SampleJson : JsonSerializerContext;
