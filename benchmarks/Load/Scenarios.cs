using System.Globalization;
using System.Text;
using Unroll.Exchange;

namespace Unroll.Benchmarks.Load;

/// <summary>What is measured, each printed as a table in Markdown.</summary>
internal static class Scenarios
{
    private const int Steps = 60, Units = 125;

    /// <summary>More than the server lets wait, so that it has to refuse.</summary>
    private const int Clients = 2048;

    /// <summary>Predictions a second and the time of one, Unroll's server and the service around ONNX Runtime in turn.</summary>
    public static Task<int> Compare(string tool, int[] connections, int rounds, double seconds) => InFolder(async folder =>
    {
        Model model = Files(folder);
        using ServerProcess ours = await Ours(tool, folder), theirs = await Theirs(folder);
        (ServerProcess Server, byte[] Request)[] sides = [(ours, OurRequest(ours)), (theirs, TheirRequest(theirs))];
        await RequireSame(model, sides);
        Console.WriteLine("| connections | Unroll, predictions a second | ONNX Runtime | ratio | p50 Unroll | p50 ONNX Runtime | p99 "
            + "Unroll | p99 ONNX Runtime |");
        Console.WriteLine("|--:|--:|--:|--:|--:|--:|--:|--:|");
        foreach (int count in connections)
        {
            List<LoadFigures>[] figures = [[], []];
            for (int round = 0; round < rounds; round++)
            {
                for (int turn = 0; turn < 2; turn++)
                {
                    int side = (round + turn) % 2;
                    figures[side].Add(await new LoadRun(sides[side].Server.Address, sides[side].Request)
                        .Closed(count, seconds, round == 0 ? seconds : 0.5));
                }
            }

            double Of(int side, Func<LoadFigures, double> figure) => Median(figures[side].Select(figure));
            double ratio = Median(figures[0].Zip(figures[1], (left, right) => left.Rate / right.Rate));
            int failed = figures.Sum(side => side.Sum(each => each.Failed + each.Refused));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"| {count} | {Of(0, each => each.Rate):N0} | {Of(1, each => each.Rate):N0} | {ratio:F2} | "
                + $"{Of(0, each => each.Percentile(0.5)):F2} ms | {Of(1, each => each.Percentile(0.5)):F2} ms | "
                    + $"{Of(0, each => each.Percentile(0.99)):F2} ms | "
                + $"{Of(1, each => each.Percentile(0.99)):F2} ms |{(failed > 0 ? $" {failed:N0} not answered" : "")}"));
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"\nResident: Unroll {ours.Resident:F0} MB, ONNX Runtime {theirs.Resident:F0} MB."));
    });

    /// <summary>What is accepted stays fast at twice the load that can be taken, and memory does not grow.</summary>
    public static Task<int> Overload(string tool, double seconds, double minutes) => InFolder(async folder =>
    {
        Files(folder);
        using ServerProcess server = await Ours(tool, folder);
        var load = new LoadRun(server.Address, OurRequest(server));
        double most = (await load.Closed(16, seconds, seconds)).Rate;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"It takes {most:N0} requests a second.\n"));
        Console.WriteLine("| load | offered a second | answered | refused | failed | p50 | p99 | resident "
            + $"|\n|---|--:|--:|--:|--:|--:|--:|--:|");
        foreach ((string name, double share) in ((string, double)[])[("half", 0.5), ("nine tenths", 0.9), ("all", 1), ("twice", 2)])
            Row(name, share * most, await load.Open(Clients, share * most, seconds, 1), server);
        double end = minutes * 60;
        for (double done = 0; done < end; done += 60)
            Row(string.Create(CultureInfo.InvariantCulture, $"twice, minute {(done / 60) + 1:0}"), 2 * most,
                await load.Open(Clients, 2 * most, Math.Min(60, end - done), 0), server);

        static void Row(string name, double offered, LoadFigures figures, ServerProcess server) => Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {offered:N0} | {figures.Rate:N0} | {figures.Refused / figures.Seconds:N0} | {figures.Failed:N0} | "
                + $"{figures.Percentile(0.5):F2} ms | {figures.Percentile(0.99):F2} ms | {server.Resident:F0} MB |"));
    });

    /// <summary>No request fails while the file of the model is replaced.</summary>
    public static Task<int> Replace(string tool, double seconds) => InFolder(async folder =>
    {
        Files(folder);
        using ServerProcess server = await Ours(tool, folder);
        Task<LoadFigures> load = new LoadRun(server.Address, OurRequest(server)).Closed(16, seconds, 0);
        int replaced = 0;
        while (!load.IsCompleted)
        {
            Made(++replaced).Save(Path.Combine(folder, "models", "tutorial.unroll"));
            await Task.WhenAny(load, Task.Delay(500));
        }

        LoadFigures figures = await load;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{replaced} files took the place of the one before: {figures.Milliseconds.Length:N0} answered, {figures.Refused} refused, "
                + $"{figures.Failed} failed, p99 {figures.Percentile(0.99):F2} ms."));
    });

    private static Task<ServerProcess> Ours(string tool, string folder) =>
        ServerProcess.Start(tool, port => ["serve", Path.Combine(folder, "models"), "--port", $"{port}"]);

    private static Task<ServerProcess> Theirs(string folder) =>
        ServerProcess.Start(typeof(Scenarios).Assembly.Location, port => ["service", Path.Combine(folder, "tutorial.onnx"), $"{port}"]);

    private static Model Made(int seed) => new Model(new Lstm(Units), new Dense(1)).Build(new Shape(Steps, 1), seed);

    /// <summary>The tutorial's LSTM as a file of both services.</summary>
    private static Model Files(string folder)
    {
        Directory.CreateDirectory(Path.Combine(folder, "models"));
        Model model = Made(455);
        model.Save(Path.Combine(folder, "models", "tutorial.unroll"));
        ExchangeFormats.Save(model, Path.Combine(folder, "tutorial.onnx"));
        return model;
    }

    private static float[] Window { get; } = [.. Enumerable.Range(0, Steps).Select(i => 0.5f + (0.3f * MathF.Sin(0.3f * i)))];

    private static string Numbers => string.Join(',', Window.Select(value => value.ToString(CultureInfo.InvariantCulture)));

    private static byte[] OurRequest(ServerProcess server) =>
        Request(server, "/models/tutorial/predict", $$"""{"inputs":[[{{string.Join("],[", Numbers.Split(','))}}]]}""");

    private static byte[] TheirRequest(ServerProcess server) => Request(server, "/predict", $$"""{"inputs":[{{Numbers}}]}""");

    private static byte[] Request(ServerProcess server, string path, string body) => Encoding.ASCII.GetBytes(
        $"POST {path} HTTP/1.1\r\nHost: {server.Address}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");

    /// <summary>Both services give the number of the model before anything is measured.</summary>
    private static async Task RequireSame(Model model, (ServerProcess Server, byte[] Request)[] sides)
    {
        float expected = model.Predict(Window)[0];
        foreach ((ServerProcess server, byte[] request) in sides)
        {
            using var connection = new Connection(server.Address) { KeepsBody = true };
            int status = await connection.Send(request, CancellationToken.None);
            string[] numbers = connection.Body.Split(['[', ']', ',', ':', '{', '}', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries);
            if (status != 200 || !numbers.Any(
                text => float.TryParse(text, CultureInfo.InvariantCulture, out float value) && MathF.Abs(value - expected) < 1e-5f))
                throw new UnrollException($"A service answers {status} {connection.Body}, where the model says {expected}.");
        }
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    private static async Task<int> InFolder(Func<string, Task> run)
    {
        string folder = Directory.CreateTempSubdirectory("unroll-load-").FullName;
        try
        {
            await run(folder);
            return 0;
        }
        catch (UnrollException error)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
