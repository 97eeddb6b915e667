namespace Sequential;

/// <summary>Endpoints over the tables of a schema.</summary>
internal sealed record Api(IReadOnlyList<Endpoint> Endpoints)
{
    public static Api For(Schema schema) => new([.. schema.Tables.SelectMany(table => new Endpoint[]
    {
        new("POST", $"/{table.Key}", table.Key),
        new("GET", $"/{table.Key}/{{{table.Value[0]}}}", table.Key),
        new("PUT", $"/{table.Key}/{{{table.Value[0]}}}", table.Key),
        new("DELETE", $"/{table.Key}/{{{table.Value[0]}}}", table.Key),
    })]);
}

/// <summary>One endpoint and the table it is for.</summary>
internal sealed record Endpoint(string Method, string Path, string Table)
{
    public override string ToString() => $"{Method} {Path}";
}
