using System.Runtime.InteropServices;

namespace Unroll.Cli;

/// <summary>
/// Ctrl+C and SIGTERM while this lives: the first asks training to end and keep what it has, the second ends the process at once.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _signals;

    public Interruption() => _signals = [PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal), PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal)];

    public CancellationToken Token => _source.Token;

    /// <summary>128 and the number of the signal, as shells have it: 130 after Ctrl+C, 143 after SIGTERM.</summary>
    public int ExitCode { get; private set; } = 130;

    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in _signals)
            signal.Dispose();
        _source.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        if (_source.IsCancellationRequested)
        {
            // The bars of training hide it.
            if (!Console.IsOutputRedirected)
                Console.CursorVisible = true;
            return;
        }

        context.Cancel = true;
        ExitCode = context.Signal == PosixSignal.SIGTERM ? 143 : 130;
        _source.Cancel();
    }
}
