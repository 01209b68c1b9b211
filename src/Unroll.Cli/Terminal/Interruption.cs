using System.Runtime.InteropServices;

namespace Unroll.Cli;

/// <summary>
/// Ctrl+C, SIGTERM and SIGHUP while this lives: the first asks training to end and keep what it has, a second Ctrl+C or SIGTERM ends the
/// process at once. A second SIGHUP does not: a terminal that is closed may send several.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _signals;

    public Interruption()
    {
        PosixSignal[] signals = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP];
        _signals = Array.ConvertAll(signals, signal => PosixSignalRegistration.Create(signal, OnSignal));
    }

    public CancellationToken Token => _source.Token;

    /// <summary>128 and the number of the signal, as shells have it: 130 after Ctrl+C, 143 after SIGTERM, 129 after SIGHUP.</summary>
    public int ExitCode { get; private set; } = 130;

    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in _signals)
            signal.Dispose();
        _source.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        if (_source.IsCancellationRequested && context.Signal != PosixSignal.SIGHUP)
        {
            // The bars of training hide it.
            if (!Console.IsOutputRedirected)
                Console.CursorVisible = true;
            return;
        }

        context.Cancel = true;
        if (_source.IsCancellationRequested)
            return;
        ExitCode = context.Signal switch
        {
            PosixSignal.SIGHUP => 129,
            PosixSignal.SIGTERM => 143,
            _ => 130,
        };
        _source.Cancel();
    }
}
