using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Unroll.Server;

/// <summary>The samples of shapes: what of them the studio has a network for, and how the others learn.</summary>
internal static class ShapeRoutes
{
    /// <summary>What is written comes in so many pieces a second of so many characters, so that one can read along and stop it.</summary>
    private const int PiecesASecond = 30, PieceLength = 8;

    /// <summary>Adds what reads and writes shapes.</summary>
    /// <param name="folder">Where networks are kept.</param>
    /// <param name="sizes">How much they learn.</param>
    /// <param name="threads">To learn on.</param>
    public static void AddShapes(this IServiceCollection services, string folder, ShapeSizes sizes, int threads)
    {
        services.AddSingleton(_ => new Digits(folder, threads));
        services.AddSingleton(all => new Speller(folder, sizes, threads, Logger(all)));
        services.AddSingleton(all => new Novelist(folder, sizes, threads, Logger(all)));

        static ILogger Logger(IServiceProvider all) => all.GetRequiredService<ILoggerFactory>().CreateLogger("Unroll.Server");
    }

    public static void MapShapes(this RouteGroupBuilder api, WebApplication app)
    {
        Digits digits = app.Services.GetRequiredService<Digits>();
        Speller speller = app.Services.GetRequiredService<Speller>();
        Novelist novelist = app.Services.GetRequiredService<Novelist>();
        CancellationToken ending = app.Lifetime.ApplicationStopping;
        ending.Register(speller.End);
        ending.Register(novelist.End);
        api.MapGet("/shapes", () => new[]
        {
            new ShapeRow("digit", digits.IsReady, digits.IsReady
                ? "Reads a digit that you draw. It learns from 1,797 digits of 8×8 pixels at its first use, which takes some seconds."
                : "The digits that it learns from are not beside the studio: install the tool anew."),
            speller.Row,
            novelist.Row,
        });
        api.MapPost("/shapes/digit", async (HttpContext context) =>
        {
            DigitRequest asked = await Studio.BodyAsync<DigitRequest>(context).ConfigureAwait(false);
            return Read(digits, asked.Pixels);
        });
        api.MapPost("/shapes/spell", async (HttpContext context) =>
        {
            WordRequest asked = await Studio.BodyAsync<WordRequest>(context).ConfigureAwait(false);
            return speller.Read(asked.Word);
        });
        api.MapPost("/shapes/write", async (HttpContext context) =>
        {
            Novelist.Request asked = await Studio.BodyAsync<Novelist.Request>(context).ConfigureAwait(false);
            await SendAsync(context, novelist.Write(asked).Take(asked.Length), ending).ConfigureAwait(false);
        });
        api.MapPost("/shapes/{name}/train", (string name) => Find(name).Start());
        api.MapPost("/shapes/{name}/stop", (string name) => Find(name).Stop());
        api.MapGet("/shapes/{name}/events", (string name, HttpContext context) => Find(name).Events is { } events
            ? EventStream.SendAsync(context, events, ending) : NothingAsync(context));

        LearntShape Find(string name) => name == speller.Name ? speller : name == novelist.Name ? novelist
            : throw new RequestException(
                StatusCodes.Status404NotFound, $"There is no shape of that name that learns here; {speller.Name} and {novelist.Name} do.");
    }

    /// <summary>Tells an EventSource that nothing comes.</summary>
    private static Task NothingAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    /// <summary>Sends a text as it is written, until its end, or until nobody reads it.</summary>
    private static async Task SendAsync(HttpContext context, IEnumerable<char> text, CancellationToken ending)
    {
        EventStream.Begin(context.Response);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, ending);
        try
        {
            foreach (char[] piece in text.Chunk(PieceLength))
            {
                byte[] json = StudioJson.Bytes(new Piece(new string(piece)));
                await EventStream.WriteAsync(context.Response, "text", json, null, end.Token).ConfigureAwait(false);
                await context.Response.Body.FlushAsync(end.Token).ConfigureAwait(false);
                await Task.Delay(1000 / PiecesASecond, end.Token).ConfigureAwait(false);
            }

            await EventStream.WriteAsync(context.Response, "done", StudioJson.Bytes(new object()), null, end.Token).ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            // The page has gone, or the studio ends.
        }
    }

    private static DigitAnswer Read(Digits digits, double[]? pixels)
    {
        if (pixels is not { Length: Drawing.Side * Drawing.Side } || !Array.TrueForAll(pixels, value => value is >= 0 and <= 1))
            throw new RequestException(StatusCodes.Status400BadRequest,
                "A drawing is 784 numbers from 0 for paper to 1 for ink, row by row.");
        if (Drawing.Small8(pixels) is not { } small)
            throw new RequestException(StatusCodes.Status400BadRequest, "Nothing is drawn. Draw a digit.");
        if (!digits.IsReady)
            throw new RequestException(StatusCodes.Status404NotFound,
                "The digits that the network learns from are not beside the studio: install the tool anew.");
        (double[] probabilities, double accuracy) = digits.Read(small);
        return new DigitAnswer(probabilities, accuracy, small);
    }

    internal sealed record DigitRequest(double[]? Pixels);

    internal sealed record WordRequest(string? Word);

    internal sealed record Piece(string Text);

    /// <param name="Probabilities">Of the digits 0 to 9.</param>
    /// <param name="Accuracy">The share of digits that it had not learnt from which it reads right.</param>
    /// <param name="Seen">The 8×8 pixels that it looks at.</param>
    internal sealed record DigitAnswer(double[] Probabilities, double Accuracy, float[] Seen);
}
