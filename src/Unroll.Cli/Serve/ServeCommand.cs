using System.CommandLine;
using System.Net;
using Unroll.Server.Serving;

namespace Unroll.Cli;

/// <summary><c>unroll serve [FOLDER]</c></summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var defaults = new ServeOptions();
        var folder = new Argument<string>("FOLDER")
        {
            Description = $"A folder of models, each served under its file's name: {FormatWords.Extensions(format => true)}",
            DefaultValueFactory = _ => ".",
        };
        Option<int> port = Options.Whole("--port", 5080, 0, 65535, "The port of HTTP; 0 for one that is free");
        Option<int?> grpcPort = Options.OptionalWhole("--grpc-port", 0, 65535,
            "The port of gRPC; 0 for one that is free [default: no gRPC]");
        var address = new Option<string>("--address")
        {
            Description = "The address to listen on; 0.0.0.0 for all of this machine, which needs keys",
            DefaultValueFactory = _ => "127.0.0.1",
        };
        var keys = new Option<string?>("--key-file")
        {
            Description = "A file of keys, one a line; a request then needs one of them [default: none needed on this machine]",
            HelpName = "FILE",
        };
        var open = new Option<bool>("--no-keys") { Description = "Let others than this machine ask without a key" };
        var state = new Option<string?>("--state")
        {
            Description = "Where the states of sequences are kept, so that they survive a restart [default: in memory alone]",
            HelpName = "FOLDER",
        };
        Option<TimeSpan?> snapshot = Options.Time("--snapshot", "How often changed states are written to --state [default: 10s]");
        Option<TimeSpan?> life = Options.Time("--sequence-life", "How long a sequence lives that nobody uses [default: 24h]");
        Option<int> sequences = Options.Whole("--most-sequences", defaults.MostSequences, 1, int.MaxValue,
            "The most sequences of all models together");
        Option<int> body = Options.Whole("--max-body", 32, 1, 1024, "The largest body of a request, in MiB");
        Option<int?> rate = Options.OptionalWhole("--rate", 1, 1_000_000,
            "The most requests a second of one key, or of one address without keys "
            + "[default: no limit]");
        Option<int> queue = Options.Whole("--queue", defaults.MostWaiting, 1, 1_000_000,
            "How many requests may wait for a model; more get status 429");
        Option<int> forecasts = Options.Whole("--forecasts", defaults.MostForecasts, 1, 1_000,
            "How many forecasters POST /forecast fits at once");
        Option<TimeSpan?> forecastTime = Options.Time("--forecast-time", "How long POST /forecast may take [default: 1m]");
        Option<TimeSpan?> drain = Options.Time("--drain", "How long running requests may take after Ctrl+C or SIGTERM [default: 10s]");
        Option<int> threads = Options.Whole("--threads", defaults.Threads, 1, 1024, "Threads of one prediction");
        var command = new Verb(
            "serve",
            "Serves the models of a folder over HTTP: predictions, forecasts, sequences with their states, and the protocol of KServe. "
                + "Files are loaded again when they change. /docs describes all that can be asked.",
            "unroll serve models --port 5080",
            "unroll serve models --address 0.0.0.0 --key-file keys.txt --grpc-port 5081")
        {
            folder, port, grpcPort, address, keys, open, state, snapshot, life, sequences, body, rate, queue, forecasts, forecastTime,
                drain, threads,
        };
        command.SetAction(result => Run(defaults with
        {
            Folder = result.GetRequiredValue(folder),
            Port = result.GetValue(port),
            GrpcPort = result.GetValue(grpcPort),
            Address = AddressOf(result.GetRequiredValue(address)),
            Keys = result.GetValue(keys) is { } file ? ServeHost.ReadKeys(file) : [],
            IsOpen = result.GetValue(open),
            StateFolder = result.GetValue(state),
            SnapshotInterval = result.GetValue(snapshot) ?? defaults.SnapshotInterval,
            SequenceLife = result.GetValue(life) ?? defaults.SequenceLife,
            MostSequences = result.GetValue(sequences),
            MostBytes = (long)result.GetValue(body) << 20,
            MostPerSecond = result.GetValue(rate),
            MostWaiting = result.GetValue(queue),
            MostForecasts = result.GetValue(forecasts),
            ForecastTime = result.GetValue(forecastTime) ?? defaults.ForecastTime,
            DrainTime = result.GetValue(drain) ?? defaults.DrainTime,
            Threads = result.GetValue(threads),
        }));
        return command;
    }

    private static int Run(ServeOptions options)
    {
        if (options.Keys.Count > 0 && options.IsOpen)
            throw new UnrollException("--key-file asks for keys and --no-keys for none. Give one of them.");
        ServeHost.RunAsync(options, Console.Out.WriteLine).GetAwaiter().GetResult();
        return 0;
    }

    private static IPAddress AddressOf(string text) => text.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        ? IPAddress.Loopback
        : IPAddress.TryParse(text, out IPAddress? address)
            ? address
            : throw new UnrollException($"--address is \"{text}\", which is no address of IP. Give one such as 127.0.0.1, 0.0.0.0 or ::1.");
}
