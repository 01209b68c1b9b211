using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Unroll.Benchmarks.Load;

/// <summary>A server as a process of its own.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, int port) => (_process, Address) = (process, new IPEndPoint(IPAddress.Loopback, port));

    public IPEndPoint Address { get; }

    /// <summary>Memory that is resident, in MB.</summary>
    public double Resident
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / 1048576.0;
        }
    }

    /// <summary>Processor time, in seconds.</summary>
    public double Processor
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime.TotalSeconds;
        }
    }

    /// <summary>Starts one on a free port and waits until it takes connections.</summary>
    /// <param name="assembly">The program.</param>
    /// <param name="arguments">Made with the port.</param>
    public static async Task<ServerProcess> Start(string assembly, Func<int, string[]> arguments)
    {
        int port = FreePort();
        var start = new ProcessStartInfo("dotnet", [assembly, .. arguments(port)]) { RedirectStandardOutput = true };
        Process process = Process.Start(start)!;
        _ = process.StandardOutput.ReadToEndAsync();
        var server = new ServerProcess(process, port);
        for (int attempt = 0; attempt < 1000; attempt++)
        {
            if (process.HasExited)
                throw new UnrollException(
                    $"{Path.GetFileName(assembly)} ended with exit code {process.ExitCode} before it took a connection.");
            try
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(server.Address);
                return server;
            }
            catch (SocketException)
            {
                await Task.Delay(20);
            }
        }

        server.Dispose();
        throw new UnrollException($"{Path.GetFileName(assembly)} took no connection within 20 seconds.");
    }

    /// <summary>Ends it as kill -9 does.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            Kill();
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
