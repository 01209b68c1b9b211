using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Unroll;
using Unroll.Halves;

// Trains as one half of two processes. Arguments: the name of a training; of the second half the port that the first has printed. The first
// half prints a port and waits there. Both print their result, or one line on standard error and end with 1.
using var client = new TcpClient { NoDelay = true };
bool isSecond = args.Length > 1;
if (isSecond)
{
    await client.ConnectAsync(IPAddress.Loopback, int.Parse(args[1], CultureInfo.InvariantCulture)).ConfigureAwait(false);
}
else
{
    using var listener = new TcpListener(IPAddress.Loopback, 0);
    listener.Start();
    Console.WriteLine(((IPEndPoint)listener.LocalEndpoint).Port);
    client.Client = await listener.AcceptSocketAsync().ConfigureAwait(false);
}

try
{
    Console.Write(HalvedTrainings.Train(args[0], client.GetStream(), isSecond));
    return 0;
}
catch (UnrollException error)
{
    await Console.Error.WriteLineAsync(error.Message).ConfigureAwait(false);
    return 1;
}
