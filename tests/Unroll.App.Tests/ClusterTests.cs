using System.Diagnostics;
using System.Text.RegularExpressions;
using Unroll.Cli;
using Unroll.Cluster;
using Xunit;

[assembly: AssemblyFixture(typeof(Unroll.App.Tests.OneCluster))]

namespace Unroll.App.Tests;

/// <summary>A PostgreSQL and two workers of the tool, started when the first test asks for them.</summary>
public sealed class OneCluster : IAsyncDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"unroll-app-cluster-{Environment.ProcessId}");
    private readonly List<Process> _workers = [];
    private readonly SemaphoreSlim _starting = new(1);
    private LocalPostgres? _postgres;

    /// <summary>How to reach it.</summary>
    public async Task<string> ConnectionAsync()
    {
        Assert.SkipUnless(LocalPostgres.IsInstalled, "PostgreSQL is not installed: apt-get install postgresql.");
        await _starting.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            if (_postgres is not null)
                return _postgres.Connection;
            _postgres = await LocalPostgres.StartAsync(_folder, TestContext.Current.CancellationToken);
            for (int worker = 0; worker < 2; worker++)
            {
                var start = new ProcessStartInfo(
                    "dotnet", [Tool.Program, "worker", "--slots", "1", "--folder", Path.Combine(_folder, "blobs"), "--with-parent"])
                {
                    RedirectStandardInput = true,
                    RedirectStandardOutput = true,
                };
                start.Environment["UNROLL_CLUSTER"] = _postgres.Connection;
                _workers.Add(Process.Start(start)!);
            }

            return _postgres.Connection;
        }
        finally
        {
            _starting.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Process worker in _workers)
        {
            worker.StandardInput.Close();
            worker.WaitForExit();
            worker.Dispose();
        }

        if (_postgres is not null)
            await _postgres.DisposeAsync();
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, true);
        _starting.Dispose();
    }
}

/// <summary>What workers computed is what one process would have computed, byte for byte but for the seconds it took.</summary>
public sealed partial class ClusterTests(OneCluster one)
{
    private static readonly string[] s_tune = ["tune", "--sample", "aapl", "--recipe", "tutorial", "--trials", "7", "--epochs", "3"];

    [GeneratedRegex(@",[0-9.]+$", RegexOptions.Multiline)]
    private static partial Regex LastCell();

    [GeneratedRegex("\"seconds\": [0-9.]+|trained in [0-9.]+ (s|min)|[0-9.]+ s +")]
    private static partial Regex Times();

    private static string File(TempFolder folder, string report, string name) =>
        System.IO.File.ReadAllText(Path.Combine(folder.Path, report, name));

    /// <summary>All trials of a search, without the seconds they took.</summary>
    private static string Trials(TempFolder folder, string report) => LastCell().Replace(File(folder, report, "trials.csv"), "");

    /// <summary>Runs a verb alone and on the cluster.</summary>
    private async Task RunBothAsync(TempFolder folder, params string[] words)
    {
        string connection = await one.ConnectionAsync();
        ToolResult alone = Tool.Run(folder, [.. words, "--out", "alone"]);
        Assert.Equal((0, ""), (alone.Code, alone.Error));
        ToolResult many = Tool.Run(folder, [.. words, "--out", "many", "--cluster", connection]);
        Assert.Equal((0, ""), (many.Code, many.Error));
        Assert.Contains("in the cluster unroll at 127.0.0.1", many.Output);
        Assert.DoesNotContain("Password", many.Output, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_search_is_that_of_one_machine()
    {
        using var folder = new TempFolder();
        await RunBothAsync(folder, s_tune);
        Assert.Equal(Trials(folder, "alone"), Trials(folder, "many"));
        foreach (string name in (string[])["tune.json", "tuning.svg"])
            Assert.Equal(File(folder, "alone", name), File(folder, "many", name));

        // The same command again finds the journal of its folder; in another folder, the results of the cluster.
        ToolResult again = Tool.Run(folder, [.. s_tune, "--out", "again", "--cluster", await one.ConnectionAsync()]);
        Assert.Equal(0, again.Code);
        Assert.Equal(File(folder, "many", "trials.csv"), File(folder, "again", "trials.csv"));
    }

    [Fact]
    public async Task A_backtest_is_that_of_one_machine()
    {
        using var folder = new TempFolder();
        await RunBothAsync(
            folder, "backtest", "--sample", "aapl", "--model", "gru,ridge,theta", "--ensemble", "1", "--epochs", "1", "--units", "4",
            "--test", "last:60", "--refit", "15");
        foreach (string name in (string[])["predictions.csv", "report.html", "backtest.json"])
            Assert.Equal(Times().Replace(File(folder, "alone", name), ""), Times().Replace(File(folder, "many", name), ""));
    }

    [Fact]
    public async Task A_forecast_of_many_series_is_that_of_one_machine()
    {
        using var folder = new TempFolder();
        await RunBothAsync(
            folder, "forecast", "--sample", "stations", "--horizon", "2", "--rows", "150", "--model", "lstm,ets", "--ensemble", "2",
            "--epochs", "2", "--units", "4");
        string[] files = [.. Directory.GetFiles(Path.Combine(folder.Path, "alone")).Select(path => Path.GetFileName(path)!)];
        Assert.Contains("forecast.unroll", files);
        Assert.Equal(
            files.Order(), Directory.GetFiles(Path.Combine(folder.Path, "many")).Select(path => Path.GetFileName(path)).Order());
        foreach (string name in files.Where(name => !name.EndsWith(".unroll", StringComparison.Ordinal)))
            Assert.Equal(Times().Replace(File(folder, "alone", name), ""), Times().Replace(File(folder, "many", name), ""));
        Assert.Equal(
            System.IO.File.ReadAllBytes(Path.Combine(folder.Path, "alone", "forecast.unroll")),
            System.IO.File.ReadAllBytes(Path.Combine(folder.Path, "many", "forecast.unroll")));
    }

    /// <summary>A file of the user's travels; one that changes under the name of a study is refused.</summary>
    [Fact]
    public async Task A_file_travels_and_a_study_of_one_name_is_not_mixed()
    {
        using var folder = new TempFolder();
        string connection = await one.ConnectionAsync(), data = Path.Combine(folder.Path, "my prices.csv");
        System.IO.File.Copy(Tool.SamplePath("aapl.csv"), data);
        string[] words =
        [
            "tune", data, "--target", "High", "--recipe", "tutorial", "--trials", "2", "--epochs", "1", "--study", "mine",
            "--cluster", connection,
        ];
        Assert.Equal(0, Tool.Run(folder, words).Code);
        ToolResult other = Tool.Run(folder, [.. words, "--seed", "1", "--out", "other"]);
        Assert.Equal(1, other.Code);
        Assert.StartsWith("unroll: ", other.Error);
        Assert.Contains("mine", other.Error);
        System.IO.File.AppendAllText(data, "2099-01-01,1,1,1,1,1,1\n");
        ToolResult changed = Tool.Run(folder, [.. words, "--out", "changed"]);
        Assert.Equal(1, changed.Code);
        Assert.Single(changed.Error.TrimEnd('\n').Split('\n'));
        ToolResult status = Tool.Run(folder, "cluster", "status", "--cluster", connection);
        Assert.Contains("mine", status.Output);
        Assert.Equal(0, Tool.Run(folder, "cluster", "remove", "mine", "--cluster", connection).Code);
        Assert.DoesNotContain("mine", Tool.Run(folder, "cluster", "status", "--cluster", connection).Output);
        ToolResult none = Tool.Run(folder, "cluster", "pause", "mine", "--cluster", connection);
        Assert.Equal(1, none.Code);
        Assert.Contains("mine", none.Error);
    }

    /// <summary>Ctrl+C ends the wait; the study goes on, and the same command takes what was computed meanwhile.</summary>
    [Fact]
    public async Task An_interrupted_command_is_waited_for_by_its_study()
    {
        using var folder = new TempFolder();
        string connection = await one.ConnectionAsync();
        string[] words = [.. s_tune, "--seed", "9", "--out", "report", "--study", "ended", "--cluster", connection];
        ToolResult ended = Tool.Signal(folder, "INT", line => line.StartsWith("Cluster  1 of", StringComparison.Ordinal), words);
        Assert.Equal(130, ended.Code);
        Assert.Contains("goes on without this command", ended.Output);
        ToolResult again = Tool.Run(folder, words);
        Assert.Equal(0, again.Code);
        ToolResult alone = Tool.Run(folder, [.. s_tune, "--seed", "9", "--out", "alone"]);
        Assert.Equal(Trials(folder, "alone"), Trials(folder, "report"));
        Assert.Equal(0, alone.Code);
    }

    /// <summary>Where nobody asks for a cluster, how to reach one has no part in the run.</summary>
    [Fact]
    public void A_cluster_that_is_set_and_not_asked_for_is_not_looked_at()
    {
        using var folder = new TempFolder();
        var environment = new Dictionary<string, string?> { ["UNROLL_CLUSTER"] = "nowhere.txt" };
        using Process plain = Start(folder, environment, [.. s_tune]);
        string error = plain.StandardError.ReadToEnd();
        plain.WaitForExit();
        Assert.Equal((0, ""), (plain.ExitCode, error));
        using Process asked = Start(folder, environment, [.. s_tune, "--study", "a"]);
        error = asked.StandardError.ReadToEnd();
        asked.WaitForExit();
        Assert.Equal(1, asked.ExitCode);
        Assert.Contains("nowhere.txt", error);
    }

    /// <summary>A command that would wait for ever says so, however little it is to say.</summary>
    [Fact(Timeout = 120_000)]
    public async Task A_study_without_a_worker_of_its_instruction_set_is_told_even_to_who_wants_quiet()
    {
        using var folder = new TempFolder();
        var environment = new Dictionary<string, string?> { ["UNROLL_CLUSTER"] = await one.ConnectionAsync(), ["DOTNET_EnableAVX2"] = "0" };
        using Process process = Start(
            folder, environment,
            "forecast", "--sample", "aapl", "--model", "gru", "--ensemble", "1", "--epochs", "1", "--quiet", "--study", "waits");
        Assert.Contains("No worker of", await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        process.Kill();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, Tool.Run(folder, "cluster", "cancel", "waits", "--cluster", await one.ConnectionAsync()).Code);
    }

    private static Process Start(TempFolder folder, IReadOnlyDictionary<string, string?> environment, params string[] words)
    {
        var start = new ProcessStartInfo("dotnet", [Tool.Program, .. words])
        {
            WorkingDirectory = folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string? value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>What a worker is sent of a command line means the same there, and holds nothing of how the cluster is reached.</summary>
    [Fact]
    public void The_words_of_a_study_mean_the_same_at_a_worker()
    {
        string[] given =
        [
            "a b.csv", "--target", "a b,c", "--target", "=d", "--na", "-9999", "--na=@x", "--decimal", ",", "--known", "k=1",
            "--min", "-3.5", "--bidirectional", "--date", "Day,Hour", "--missing", "drop", "--horizon", "3", "--threads", "2", "--quiet",
            "--out", "elsewhere", "--cluster", "Host=x;Password=y", "--study", "s",
        ];
        ForecastRequest asked = ForecastCommand.Parse(given);
        IReadOnlyList<string> words = asked.Cluster!.Words;
        Assert.DoesNotContain(words, word => word.Contains("Password", StringComparison.Ordinal));
        Assert.DoesNotContain(words, word => word.Contains("elsewhere", StringComparison.Ordinal));
        ForecastRequest read = ForecastCommand.Parse(["a b.csv", .. words]);
        Assert.Null(read.Cluster);
        Assert.Equal(asked.Data.Paths, read.Data.Paths);
        Assert.Equal(asked.Targets, read.Targets);
        Assert.Equal(["a b,c", "=d"], read.Targets);
        Assert.Equal(["-9999", "@x"], read.Data.Options.Missing);
        Assert.Equal(asked.Data.Options.Date, read.Data.Options.Date);
        Assert.Equal((',', -3.5, 3, true), (read.Data.Options.Decimal, read.Min, read.Horizon, read.Network.Bidirectional));
        Assert.Equal(["k=1"], read.Recipe.Known);
    }

    [Theory]
    [InlineData("--cluster is \"nowhere.txt\", which is neither a connection string nor a file", "tune", "--cluster", "nowhere.txt")]
    [InlineData("--study names a study of a cluster, but there is none", "tune", "--study", "a")]
    [InlineData("--budget is the time of one machine", "forecast", "--cluster", "Host=127.0.0.1;Port=1", "--budget", "1m")]
    [InlineData(
        "--recipe tutorial trains its networks here",
        "forecast", "--sample", "aapl", "--recipe", "tutorial", "--cluster", "Host=127.0.0.1;Port=1")]
    [InlineData("127.0.0.1", "tune", "--sample", "aapl", "--cluster", "Host=127.0.0.1;Port=1;Username=me;Password=secret123")]
    [InlineData("127.0.0.1", "worker", "--cluster", "Host=127.0.0.1;Port=1;Username=me;Password=secret123")]
    [InlineData("127.0.0.1", "cluster", "status", "--cluster", "Host=127.0.0.1;Port=1;Username=me;Password=secret123")]
    [InlineData(
        "unroll cluster needs a verb: up, status, page, pause, resume, cancel, remove. See unroll cluster --help.", "cluster")]
    [InlineData("There is no verb stats; did you mean status? See unroll cluster --help.", "cluster", "stats")]
    [InlineData("See unroll cluster status --help.", "cluster", "status", "--foo")]
    [InlineData("Which cluster?", "worker")]
    [InlineData("Which cluster?", "cluster", "status")]
    public void What_cannot_be_is_said_in_one_line(string said, params string[] words)
    {
        using var folder = new TempFolder();
        using Process process = Tool.Start(folder, words);

        string output = process.StandardOutput.ReadToEnd(), error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(1, process.ExitCode);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
        Assert.Contains(said, error);
        Assert.DoesNotContain("secret123", output + error);
        Assert.DoesNotContain("nternal error", error);
    }
}
