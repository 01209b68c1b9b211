using System.Net;

namespace Unroll.Server;

/// <summary>Where a server listens.</summary>
public record Listening
{
    /// <summary>The address; by default this machine alone can reach it.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The port, 1 to 65535, or 0 for one that is free.</summary>
    public int Port { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">The port is no port.</exception>
    internal void Validate()
    {
        if (Port is < 0 or > 65535)
            throw new ArgumentOutOfRangeException(nameof(Port), Port, "A port is a number from 1 to 65535, or 0 for one that is free.");
    }
}
