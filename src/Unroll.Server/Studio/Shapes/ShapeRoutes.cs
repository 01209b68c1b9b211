using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Unroll.Server;

/// <summary>The samples of shapes: what of them the studio has a network for.</summary>
internal static class ShapeRoutes
{
    private const string Spell = "No network that reads words comes with the studio. "
        + "dotnet run -c Release samples/pronounce.cs, in the repository, trains one and draws its alignments.";

    private const string Write = "No network that writes comes with the studio. "
        + "dotnet run -c Release samples/novelist.cs, in the repository, trains one and prints what it writes.";

    public static void MapShapes(this RouteGroupBuilder api, Digits digits)
    {
        api.MapGet("/shapes", () => new ShapeRow[]
        {
            new("digit", digits.IsReady, digits.IsReady
                ? "Reads a digit that you draw. It learns from 1,797 digits of 8×8 pixels at its first use, which takes some seconds."
                : "The digits that it learns from are not beside the studio: install the tool anew."),
            new("spell", false, Spell),
            new("write", false, Write),
        });
        api.MapPost("/shapes/digit", async (HttpContext context) =>
        {
            DigitRequest asked = await Studio.BodyAsync<DigitRequest>(context).ConfigureAwait(false);
            return Read(digits, asked.Pixels);
        });
        api.MapPost("/shapes/spell", () => NotThere(Spell));
        api.MapPost("/shapes/write", () => NotThere(Write));
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

    private static IResult NotThere(string why) => throw new RequestException(StatusCodes.Status404NotFound, why);

    /// <param name="Ready">Whether it can be used.</param>
    /// <param name="What">What it does, or what it lacks.</param>
    internal sealed record ShapeRow(string Name, bool Ready, string What);

    internal sealed record DigitRequest(double[]? Pixels);

    /// <param name="Probabilities">Of the digits 0 to 9.</param>
    /// <param name="Accuracy">The share of digits that it had not learnt from which it reads right.</param>
    /// <param name="Seen">The 8×8 pixels that it looks at.</param>
    internal sealed record DigitAnswer(double[] Probabilities, double Accuracy, float[] Seen);
}
