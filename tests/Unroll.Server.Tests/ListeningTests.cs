using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Unroll.Server.Serving;
using Xunit;

namespace Unroll.Server.Tests;

public class ListeningTests
{
    [Theory]
    [InlineData(-1)]
    [InlineData(65536)]
    public void A_port_that_is_none_is_refused(int port) =>
        Assert.Contains("65535", Assert.Throws<UnrollException>(() => new Listening { Port = port }.Validate()).Message,
            StringComparison.Ordinal);

    [Fact]
    public async Task A_port_that_is_taken_is_told_with_what_it_was_wanted_for()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        int port = ((IPEndPoint)other.LocalEndpoint).Port;
        DirectoryInfo folder = Directory.CreateTempSubdirectory("unroll-ports");
        try
        {
            var serve = new ServeOptions { Folder = folder.FullName };
            string words = $"Another program listens on port {port} of 127.0.0.1";
            await Taken(ServeHost.Build(serve with { GrpcPort = port }), serve with { GrpcPort = port }, $"{words}, the port of gRPC. ",
                "grpc-port");
            await Taken(ServeHost.Build(serve with { Port = port }), serve with { Port = port }, $"{words}. ", "port");
            await Taken(
                ServeHost.Build(serve with { Port = port, GrpcPort = 0 }), serve with { Port = port, GrpcPort = 0 },
                $"{words}, the port of HTTP. ", "port");
            var studio = new StudioOptions { Folder = folder.FullName, Port = port };
            await Taken(Unroll.Server.Studio.Create(studio), studio, $"{words}. ", "port");
            Assert.Equal("port,grpc-port", Assert.Throws<UnrollException>((serve with { Port = 5, GrpcPort = 5 }).ValidateAll).Subject);
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        static async Task Taken(WebApplication app, Listening listening, string words, string subject)
        {
            await using (app)
            {
                UnrollException refused = await Assert.ThrowsAsync<UnrollException>(() => WebServer.StartAsync(app, listening));
                Assert.StartsWith(words, refused.Message, StringComparison.Ordinal);
                Assert.Equal(subject, refused.Subject);
            }
        }
    }
}
