using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Unroll.Cluster.Worker;

/// <summary>A worker with made pieces as a process of its own, which can be killed, stopped and woken.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private readonly Process _process;

    private WorkerProcess(Process process, string name) => (_process, Name) = (process, name);

    /// <summary>What its made pieces call it.</summary>
    public string Name { get; }

    /// <summary>What it said.</summary>
    public ConcurrentQueue<string> Said { get; } = new();

    /// <summary>The number of the process.</summary>
    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>Starts one.</summary>
    /// <param name="connection">How to reach the database.</param>
    /// <param name="name">What its made pieces call it.</param>
    /// <param name="slots">How many pieces it computes at once.</param>
    /// <param name="checkIn">Between two signs of life, in seconds.</param>
    /// <param name="grace">How long others wait for one that is due, in seconds.</param>
    /// <param name="more">The folder of inputs, and the log.</param>
    public static WorkerProcess Start(string connection, string name, int slots, double checkIn, double grace, params string[] more)
    {
        string[] arguments =
        [
            Path.Combine(AppContext.BaseDirectory, "Unroll.Cluster.Worker.dll"), "worker",
            connection, name, Text(slots), Text(checkIn), Text(grace), .. more,
        ];
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        Process process = Process.Start(start)!;
        var worker = new WorkerProcess(process, name);
        process.OutputDataReceived += (_, line) => worker.Hear(line.Data);
        process.ErrorDataReceived += (_, line) => worker.Hear(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return worker;
    }

    /// <summary>Ends it at once, by SIGKILL.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Stops it, so that it does nothing until it is woken.</summary>
    public void Stop() => Signal("STOP");

    /// <summary>Wakes it.</summary>
    public void Wake() => Signal("CONT");

    /// <summary>Asks it to end, as systemd does.</summary>
    public void Terminate() => Signal("TERM");

    /// <summary>Waits until it has ended.</summary>
    public async Task ExitAsync(CancellationToken cancellation) => await _process.WaitForExitAsync(cancellation);

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);

    private void Hear(string? line)
    {
        if (line is not null)
            Said.Enqueue(line);
    }

    private void Signal(string name)
    {
        using Process kill = Process.Start("kill", [$"-{name}", Text(_process.Id)]);
        kill.WaitForExit();
    }
}
