using System.Net;
using System.Net.Sockets;

namespace Unroll.Server;

/// <summary>Where a server listens, and how it ends.</summary>
public record Listening
{
    /// <summary>The address; by default this machine alone can reach it.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The port, 1 to 65535, or 0 for one that is free.</summary>
    public int Port { get; init; }

    /// <summary>How long requests that are running may take when the server is asked to end; 10 seconds by default.</summary>
    public TimeSpan DrainTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>All ports that are asked for, what each is for, and what errors about it are about; none of them is told twice.</summary>
    internal virtual IReadOnlyList<(int Port, string Use, string Subject)> Ports => [(Port, "", "port")];

    /// <summary>Whether this machine alone can reach the server.</summary>
    internal bool IsLocal => IPAddress.IsLoopback(Address);

    /// <summary>An address with a port as a link has it, for example <c>http://127.0.0.1:5080</c>.</summary>
    internal static string UrlOf(IPAddress address, int port) =>
        FormattableString.Invariant($"http://{(address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : address)}:{port}");

    /// <exception cref="UnrollException">The port is no port, or the time is negative.</exception>
    internal void Validate()
    {
        if (Port is < 0 or > 65535)
            throw new UnrollException($"The port is {Port}; it must be from 1 to 65535, or 0 for one that is free.") { Subject = "port" };
        if (DrainTime < TimeSpan.Zero)
            throw new UnrollException($"The time to end is {DrainTime}; it must be zero or more.");
    }
}
