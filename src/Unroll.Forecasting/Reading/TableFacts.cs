namespace Unroll.Forecasting;

/// <summary>What is found out of a table while it is read; becomes a <see cref="TableReading"/>.</summary>
internal sealed class TableFacts
{
    public required string Source { get; init; }

    public string Kind { get; set; } = "text";

    public string? Encoding { get; set; }

    public char? Delimiter { get; set; }

    public string? Sheet { get; set; }

    public List<string> Notices { get; } = [];

    /// <summary>Columns that were not read, and why.</summary>
    public Dictionary<string, string> LeftOut { get; } = new(StringComparer.OrdinalIgnoreCase);
}
