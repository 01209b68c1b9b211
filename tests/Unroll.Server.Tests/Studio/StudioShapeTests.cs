using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Unroll.Server.Tests;

/// <summary>A digit that is drawn.</summary>
public sealed class StudioShapeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Digits that the network has not learnt from, drawn three times as large and not in the middle.</summary>
    [Fact]
    public async Task A_digit_that_is_drawn_is_read()
    {
        await using StudioHost studio = await StudioHost.StartAsync();
        string[][] held = [.. File.ReadLines(Digits.DataPath).Skip(1).Select(line => line.Split(',')).GroupBy(cells => cells[0])
            .SelectMany(same => same.Where((_, number) => number % 5 == 4).Take(5))];
        int right = 0;
        foreach (string[] cells in held)
        {
            var pixels = new double[784];
            for (int place = 0; place < 576; place++)
            {
                int row = place / 24, column = place % 24;
                pixels[((row + 3) * 28) + column + 1] = double.Parse(cells[1 + (row / 3 * 8) + (column / 3)],
                    CultureInfo.InvariantCulture) / 16;
            }

            JsonNode answer = await StudioHost.JsonAsync(await studio.Client.PostAsJsonAsync("/api/shapes/digit", new { pixels }, Token));
            double[] probabilities = [.. answer["probabilities"]!.AsArray().Select(value => (double)value!)];
            Assert.Equal(1, probabilities.Sum(), 6);
            Assert.InRange((double)answer["accuracy"]!, 0.95, 1);
            right += Array.IndexOf(probabilities, probabilities.Max()) == int.Parse(cells[0], CultureInfo.InvariantCulture) ? 1 : 0;
        }

        Assert.True(right >= 45, $"{right} of {held.Length}");
        Assert.True(File.Exists(Path.Combine(studio.Folder, "shapes", "digits.unroll")));
    }

    [Fact]
    public async Task What_cannot_be_read_is_refused()
    {
        await using StudioHost studio = await StudioHost.StartAsync();
        Assert.Equal([true, false, false], (await studio.GetAsync("/api/shapes")).AsArray().Select(shape => (bool)shape!["ready"]!));
        foreach (double[] pixels in new[] { new double[784], new double[3], [.. Enumerable.Repeat(2.0, 784)] })
            await StudioHost.RefusalAsync(await studio.Client.PostAsJsonAsync("/api/shapes/digit", new { pixels }, Token), 400);
    }
}
