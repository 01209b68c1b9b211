namespace Unroll.Server;

/// <summary>Where the studio listens and keeps its files, and what it allows.</summary>
public sealed record StudioOptions : Listening
{
    /// <summary>The folder of data and runs, made where it is not there; relative to the current folder.</summary>
    public string Folder { get; init; } = "unroll-studio";

    /// <summary>The largest file of data that is taken, in bytes; 200 MB by default.</summary>
    public long MostUploadBytes { get; init; } = 200_000_000;

    /// <summary>How many threads a run trains on, at least 1; the forecasts are the same on any number.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>A file of data that is there when the page opens; null for none.</summary>
    public string? File { get; init; }
}
