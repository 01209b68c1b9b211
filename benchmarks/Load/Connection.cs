using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Unroll.Benchmarks.Load;

/// <summary>
/// One connection of HTTP/1.1 that sends the same bytes again and again and reads no more of an answer than its status and its length: the
/// client shares the processors with the server, so it does as little as it can.
/// </summary>
internal sealed class Connection(IPEndPoint server) : IDisposable
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private Socket? _socket;
    private int _filled;

    public void Dispose() => _socket?.Dispose();

    /// <summary>Sends a request and waits for its whole answer.</summary>
    /// <returns>The status; 0 where the connection failed.</returns>
    public async ValueTask<int> Send(ReadOnlyMemory<byte> request, CancellationToken cancellation)
    {
        try
        {
            if (_socket is null)
            {
                _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await _socket.ConnectAsync(server, cancellation);
                _filled = 0;
            }

            await _socket.SendAsync(request, cancellation);
            return await Answer(cancellation);
        }
        catch (SocketException)
        {
            Close();
            return 0;
        }
    }

    /// <summary>The body of the last answer, as text.</summary>
    public string Body { get; private set; } = "";

    /// <summary>Whether bodies are kept; it costs a copy.</summary>
    public bool KeepsBody { get; init; }

    private void Close()
    {
        _socket?.Dispose();
        _socket = null;
    }

    private async ValueTask<int> Answer(CancellationToken cancellation)
    {
        while (true)
        {
            if (Ended(out int status, out int length, out bool closes))
            {
                _buffer.AsSpan(length, _filled - length).CopyTo(_buffer);
                _filled -= length;
                if (closes)
                    Close();
                return status;
            }

            if (_filled == _buffer.Length)
                throw new InvalidDataException("An answer is longer than 64 kB.");
            int count = await _socket!.ReceiveAsync(_buffer.AsMemory(_filled), cancellation);
            if (count == 0)
            {
                Close();
                return 0;
            }

            _filled += count;
        }
    }

    /// <summary>Whether the buffer holds a whole answer.</summary>
    private bool Ended(out int status, out int length, out bool closes)
    {
        (status, length, closes) = (0, 0, false);
        ReadOnlySpan<byte> all = _buffer.AsSpan(0, _filled);
        int headers = all.IndexOf("\r\n\r\n"u8);
        if (headers < 0)
            return false;
        string head = Encoding.ASCII.GetString(all[..headers]);
        status = int.Parse(head.AsSpan(9, 3));
        closes = head.Contains("\r\nConnection: close", StringComparison.OrdinalIgnoreCase);
        int body = headers + 4;
        const string Length = "\r\nContent-Length: ";
        int at = head.IndexOf(Length, StringComparison.OrdinalIgnoreCase);
        if (at >= 0)
        {
            ReadOnlySpan<char> number = head.AsSpan(at + Length.Length);
            int end = number.IndexOf('\r');
            length = body + int.Parse(end < 0 ? number : number[..end]);
            if (KeepsBody && length <= _filled)
                Body = Encoding.UTF8.GetString(all[body..length]);
            return length <= _filled;
        }

        // Chunks: the last one is empty.
        int last = all[body..].IndexOf("\r\n0\r\n\r\n"u8);
        length = body + last + 7;
        if (KeepsBody && last >= 0)
            Body = Encoding.UTF8.GetString(all[body..(body + last)]);
        return last >= 0;
    }
}
