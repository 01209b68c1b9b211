using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Unroll.Server;

/// <summary>
/// What all servers of this library share: Kestrel at an address, errors as ProblemDetails, an end that lets requests finish.
/// </summary>
internal static class WebServer
{
    /// <summary>
    /// A builder that listens there. No file of settings is read; of the environment only the variables of OpenTelemetry. Warnings go
    /// to standard error.
    /// </summary>
    public static WebApplicationBuilder CreateBuilder(Listening listening)
    {
        listening.Validate();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection(Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
            .Where(each => ((string)each.Key).StartsWith("OTEL_", StringComparison.Ordinal))
            .Select(each => KeyValuePair.Create((string)each.Key, (string?)each.Value)));
        builder.Logging.ClearProviders();
        builder.Logging.AddConsole(options => options.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Warning);
        // A port that is taken is told by RunAsync.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = listening.DrainTime);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(listening.Address, listening.Port);
        });
        return builder;
    }

    /// <summary>
    /// Starts, says where it listens in one line, and runs until Ctrl+C, SIGTERM or the token ends it; requests that are running are
    /// finished first.
    /// </summary>
    /// <exception cref="UnrollException">The address or the port cannot be listened on.</exception>
    public static async Task RunAsync(WebApplication app, Listening listening, Action<string> say, CancellationToken cancellation = default)
    {
        await using (app.ConfigureAwait(false))
        {
            await StartAsync(app, listening, cancellation).ConfigureAwait(false);
            say($"Listening on {UrlOf(app)}");
            await app.WaitForShutdownAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Starts and comes back once requests are answered.</summary>
    /// <exception cref="UnrollException">The address or the port cannot be listened on.</exception>
    public static async Task StartAsync(WebApplication app, Listening listening, CancellationToken cancellation = default)
    {
        try
        {
            await app.StartAsync(cancellation).ConfigureAwait(false);
        }
        catch (IOException failure) when (failure.InnerException is AddressInUseException)
        {
            (int port, string use, string subject) = RefusedPort(listening);
            throw new UnrollException(
                FormattableString.Invariant($"Another program listens on port {port} of {listening.Address}{use}. Choose another port."),
                failure)
            { Subject = subject };
        }
        catch (SocketException failure)
        {
            (int port, string use, string subject) = RefusedPort(listening);
            throw new UnrollException(
                FormattableString.Invariant($"Nothing can listen on port {port} of {listening.Address}{use}: {failure.Message}. ")
                + "Choose an address of this machine and a port that is free.",
                failure)
            { Subject = $"address,{subject}" };
        }
    }

    /// <summary>The first port that cannot be listened on; of a failure Kestrel does not say which it was.</summary>
    private static (int Port, string Use, string Subject) RefusedPort(Listening listening)
    {
        foreach ((int Port, string Use, string Subject) each in listening.Ports)
        {
            using var probe = new Socket(listening.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                probe.Bind(new IPEndPoint(listening.Address, each.Port));
                probe.Listen();
            }
            catch (SocketException)
            {
                return each;
            }
        }

        // It is free by now.
        return listening.Ports[0];
    }

    /// <summary>Where a server that has started listens first; of port 0 the port that was free.</summary>
    public static string UrlOf(WebApplication app) => AddressesOf(app)[0];

    /// <summary>All addresses that a server which has started listens at, in the order in which they were asked for.</summary>
    public static IReadOnlyList<string> AddressesOf(WebApplication app) =>
        [.. app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses];
}
