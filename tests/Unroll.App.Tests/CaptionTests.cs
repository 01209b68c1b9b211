using System.Text.RegularExpressions;
using Xunit;

namespace Unroll.App.Tests;

[Collection("samples")]
public sealed class CaptionTests
{
    /// <summary>
    /// The caption of the most similar picture is right on about half in the short form; a network that sees where digits are but not
    /// which, on fewer.
    /// </summary>
    [Fact(Explicit = true)]
    public async Task The_sample_of_captions_writes_what_is_on_the_pictures_and_draws_some()
    {
        SampleRun run = await SampleRun.Of("caption", "--short");
        double exact = run.Figure("caption");
        Assert.InRange(exact, 0.7, 1);
        Assert.Matches("^2400 pictures to learn from, 300 held out, of whose captions [0-9]+ are new; [0-9]+ words, captions of at most 17",
            run.Output);

        // Six pictures, and two more that are wrong; each picture has a caption, the wrong ones the right caption too.
        string svg = await SampleRun.Take("caption-pictures.svg");
        int shown = Regex.Count(svg, "<path "), wrong = Regex.Count(svg, ">wrong; it is ");
        Assert.InRange(shown, 6, 8);
        Assert.InRange(wrong, shown - 6, 8);
        Assert.Equal(shown + wrong, Regex.Count(svg, ">(wrong; it is )?(an empty grid|(nothing|two (zeros|ones|twos)|a (zero|one|two) (at "
            + "the (top|bottom)|above a (zero|one|two))) on the left,)<"));
    }
}
