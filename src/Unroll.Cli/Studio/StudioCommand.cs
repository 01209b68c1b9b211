using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using Unroll.Server;

namespace Unroll.Cli;

/// <summary><c>unroll studio [FOLDER-OR-FILE]</c></summary>
internal static class StudioCommand
{
    private const int UsualPort = 5090;

    public static Command Create()
    {
        var place = new Argument<string?>("FOLDER-OR-FILE")
        {
            Description = "The folder that data and runs are kept in [default: unroll-studio], or a file of data to begin with",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<int> port = Options.Whole("--port", UsualPort, 0, 65535, "The port to listen on, 0 for one that is free");
        var address = new Option<IPAddress?>("--address")
        {
            Description = "The address to listen on; the studio has no keys, so whoever reaches it can use it [default: 127.0.0.1]",
            HelpName = "IP",
            CustomParser = result => Options.Parse("--address", result, Address),
        };
        Option<int> threads = Options.Whole("--threads", Environment.ProcessorCount, 1, 1024, "Threads that a run trains on");
        var noBrowser = new Option<bool>("--no-browser") { Description = "Open no browser; it is opened on a desktop only" };
        var command = new Verb(
            "studio",
            "Serves a page on this machine: drop a file, watch networks learn beside the naive forecast, see how they are judged, take the "
                + "forecast away. No request goes to any other machine.",
            "unroll studio",
            "unroll studio prices.csv --port 5090");
        command.Add(place);
        foreach (Option option in new Option[] { port, address, threads, noBrowser })
            command.Add(option);
        command.SetAction((result, cancellation) => RunAsync(
            OptionsOf(result.GetValue(place)) with
            {
                Port = result.GetValue(port),
                Address = result.GetValue(address) ?? IPAddress.Loopback,
                Threads = result.GetValue(threads),
            },
            !result.GetValue(noBrowser),
            cancellation));
        return command;
    }

    private static async Task<int> RunAsync(StudioOptions options, bool opensBrowser, CancellationToken cancellation)
    {
        await Server.Studio.RunAsync(
            options,
            line =>
            {
                Console.Out.WriteLine(line);
                if (opensBrowser)
                    Browser.Open(line[line.IndexOf("http", StringComparison.Ordinal)..]);
            },
            cancellation).ConfigureAwait(false);
        return 0;
    }

    /// <exception cref="UnrollException">It looks like a file, and there is none.</exception>
    private static StudioOptions OptionsOf(string? place)
    {
        if (place is null)
            return new StudioOptions();
        if (File.Exists(place))
            return new StudioOptions { File = place };
        if (!Directory.Exists(place)
            && Path.GetExtension(place).ToLowerInvariant() is ".csv" or ".tsv" or ".txt" or ".xlsx" or ".parquet" or ".gz" or ".json")
            throw new UnrollException($"There is no file {place}. Give the path of a table, or a folder for data and runs.");
        return new StudioOptions { Folder = place };
    }

    private static IPAddress Address(string text) => IPAddress.TryParse(text, out IPAddress? address)
        ? address
        : throw new UnrollException($"\"{text}\" is no address. Give one of this machine, such as 127.0.0.1 or 0.0.0.0 for all.");
}
