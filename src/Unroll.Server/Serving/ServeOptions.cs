namespace Unroll.Server.Serving;

/// <summary>How a folder of models is served.</summary>
public sealed record ServeOptions : Listening
{
    /// <summary>The folder; each file of a model in it is served under its name without the ending.</summary>
    public string Folder { get; init; } = ".";

    /// <summary>The port of gRPC over HTTP/2 without TLS; null for none, 0 for one that is free.</summary>
    public int? GrpcPort { get; init; }

    /// <summary>Where the states of sequences are kept; null: in memory alone.</summary>
    public string? StateFolder { get; init; }

    /// <summary>How often changed states are written to <see cref="StateFolder"/>; 10 seconds by default.</summary>
    public TimeSpan SnapshotInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a sequence lives that nobody uses; a day by default.</summary>
    public TimeSpan SequenceLife { get; init; } = TimeSpan.FromDays(1);

    /// <summary>The most sequences of all models together.</summary>
    public int MostSequences { get; init; } = 100_000;

    /// <summary>The keys of those who may ask; empty: anybody may.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>Whether anybody may ask although other machines can reach the server.</summary>
    public bool IsOpen { get; init; }

    /// <summary>The most bytes of a body; 32 MiB by default.</summary>
    public long MostBytes { get; init; } = 32L << 20;

    /// <summary>How long a body may take to arrive; 30 seconds by default.</summary>
    public TimeSpan BodyTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The most requests a second of one key, or of one address where there are no keys; null for no limit.</summary>
    public int? MostPerSecond { get; init; }

    /// <summary>The most requests that wait for one model; more are refused with status 429.</summary>
    public int MostWaiting { get; init; } = 512;

    /// <summary>How long a request waits for its model at most; then it is refused with status 429.</summary>
    public TimeSpan MostWait { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How many forecasters are fitted at once.</summary>
    public int MostForecasts { get; init; } = 1;

    /// <summary>How long fitting a forecaster may take unless the request says less.</summary>
    public TimeSpan ForecastTime { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Threads of one prediction. Many small requests at once lose nothing with 1, the default.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>How often the folder is looked at; 2 seconds by default.</summary>
    public TimeSpan LookInterval { get; init; } = TimeSpan.FromSeconds(2);

    internal override IReadOnlyList<(int Port, string Use, string Subject)> Ports =>
        GrpcPort is { } grpc ? [(Port, ", the port of HTTP", "port"), (grpc, ", the port of gRPC", "grpc-port")] : base.Ports;

    /// <exception cref="UnrollException">A value is out of its range, there is no such folder, or others could ask without a
    /// key.</exception>
    internal void ValidateAll()
    {
        Validate();
        if (GrpcPort is { } port)
            (this with { Port = port }).Validate();
        if (GrpcPort is > 0 && GrpcPort == Port)
            throw new UnrollException($"HTTP/1.1 and gRPC need a port each, but {Port} was given for both.") { Subject = "port,grpc-port" };
        foreach ((string name, TimeSpan time) in new[]
        {
            (nameof(SnapshotInterval), SnapshotInterval), (nameof(SequenceLife), SequenceLife), (nameof(MostWait), MostWait),
            (nameof(ForecastTime), ForecastTime), (nameof(LookInterval), LookInterval), (nameof(BodyTime), BodyTime),
        })
        {
            if (time <= TimeSpan.Zero || time > TimeSpan.FromDays(49))
                throw new UnrollException($"{name} is {time}; it must be above zero and at most 49 days.");
        }

        foreach ((string name, long number) in new[]
        {
            (nameof(MostSequences), MostSequences), (nameof(MostBytes), MostBytes), (nameof(MostPerSecond), MostPerSecond ?? 1),
            (nameof(MostWaiting), MostWaiting), (nameof(MostForecasts), MostForecasts), (nameof(Threads), Threads),
        })
        {
            if (number < 1)
                throw new UnrollException($"{name} is {number}; it must be at least 1.");
        }

        if (!Directory.Exists(Folder))
            throw new UnrollException($"There is no folder {Folder}. Give a folder with files of models.") { Subject = "models" };
        if (!IsLocal && Keys.Count == 0 && !IsOpen)
        {
            throw new UnrollException(
                $"Other machines can reach {Address}, so those who ask need keys. Give a file of keys, or say that none are needed.")
            { Subject = "keys" };
        }
    }
}
