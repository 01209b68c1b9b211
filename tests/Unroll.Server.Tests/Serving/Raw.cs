using System.Net.Sockets;
using System.Text;

namespace Unroll.Server.Tests.Serving;

/// <summary>Requests byte by byte, as no client of .NET would send them.</summary>
internal static class Raw
{
    /// <summary>The first line that the server answers.</summary>
    public static async Task<string?> FirstLineAsync(Uri address, string request)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(address.Host, address.Port);
        NetworkStream stream = socket.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes(request));
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadLineAsync();
    }

    /// <summary>All that the server answers before it closes the connection.</summary>
    public static async Task<string> AskAsync(Uri address, string request)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(address.Host, address.Port);
        NetworkStream stream = socket.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes(request));
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync();
    }
}
