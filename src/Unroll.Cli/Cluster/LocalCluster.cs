using System.Diagnostics;
using Unroll.Cluster;

namespace Unroll.Cli;

/// <summary>What is started on this machine for a run: worker processes, and a PostgreSQL where none is given.</summary>
internal sealed class LocalCluster : IAsyncDisposable
{
    /// <summary>How long a worker may take to hand back what it computes.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly List<Process> _workers = [];
    private readonly CancellationTokenSource _allEnded = new();
    private readonly Queue<string> _said = [];
    private LocalPostgres? _postgres;
    private DirectoryInfo? _folder;
    private int _living;

    private LocalCluster(string? connection) => Connection = connection ?? "";

    /// <summary>How to reach the database.</summary>
    public string Connection { get; private set; }

    /// <summary>How many worker processes were started.</summary>
    public int Workers => _workers.Count;

    /// <summary>Is cancelled when none of them lives any more.</summary>
    public CancellationToken AllEnded => _allEnded.Token;

    /// <summary>What the workers said last.</summary>
    public string LastWords
    {
        get
        {
            lock (_said)
                return _said.Count > 0 ? string.Join(" ", _said) : "they said nothing.";
        }
    }

    /// <summary>Starts what is asked for, which ends with this process, however that ends.</summary>
    /// <param name="connection">How to reach the database; null to start one.</param>
    /// <param name="workers">How many worker processes.</param>
    /// <param name="slots">How many pieces each computes at once; null for its part of the processors.</param>
    /// <param name="cancellation">Ends the wait for the database.</param>
    /// <exception cref="UnrollException">PostgreSQL is not installed, or cannot be started.</exception>
    public static async Task<LocalCluster> StartAsync(string? connection, int workers, int? slots, CancellationToken cancellation)
    {
        var local = new LocalCluster(connection) { _living = workers };
        try
        {
            if (connection is null)
            {
                local._folder = Directory.CreateTempSubdirectory("unroll-cluster-");
                local._postgres = await LocalPostgres.StartAsync(local._folder.FullName, cancellation);
                local.Connection = local._postgres.Connection;
            }

            for (int worker = 0; worker < workers; worker++)
                local.Start(slots ?? Math.Max(1, Environment.ProcessorCount / workers));
            return local;
        }
        catch
        {
            await local.DisposeAsync();
            throw;
        }
    }

    private void Start(int slots)
    {
        string tool = Environment.ProcessPath ?? throw new InvalidOperationException("This process has no program.");
        bool isHost = Path.GetFileNameWithoutExtension(tool).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        string[] host = isHost ? [typeof(LocalCluster).Assembly.Location] : [];
        var start = new ProcessStartInfo(tool, [.. host, "worker", "--slots", $"{slots}", "--with-parent"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[ClusterConnection.Variable] = Connection;
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.OutputDataReceived += OnLine;
        process.ErrorDataReceived += OnLine;
        process.Exited += (_, _) =>
        {
            if (Interlocked.Decrement(ref _living) == 0)
                _allEnded.Cancel();
        };
        process.Start();
        _workers.Add(process);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Process worker in _workers.Where(worker => !worker.HasExited))
            worker.StandardInput.Close();
        using var patience = new CancellationTokenSource(s_patience);
        foreach (Process worker in _workers)
        {
            try
            {
                await worker.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                worker.Kill(entireProcessTree: true);
            }
        }

        if (_postgres is not null)
            await _postgres.DisposeAsync();
        try
        {
            _folder?.Delete(recursive: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // It lies among temporary files, which the system removes.
        }
    }

    private void OnLine(object sender, DataReceivedEventArgs line)
    {
        const int Most = 3;
        if (line.Data is not { Length: > 0 } text)
            return;
        lock (_said)
        {
            _said.Enqueue(text);
            if (_said.Count > Most)
                _said.Dequeue();
        }
    }
}
