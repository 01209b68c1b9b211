using Unroll.Forecasting;
using Unroll.Reports.Rendering;
using Xunit;

namespace Unroll.Tests.Forecasting.Reading;

/// <summary>Whatever a file holds, a message is one line with an end, and steers no terminal.</summary>
public sealed class MessageLineTests
{
    private static readonly string s_huge = new('x', 50_000_000);

    [Fact]
    public void A_message_is_one_bounded_line_that_keeps_what_to_do()
    {
        string message = new UnrollException($"a.csv, line 3, column {s_huge}: it is bad. Correct the cell.").Message;
        Assert.Equal(480, message.Length);
        Assert.StartsWith("a.csv, line 3, column xxx", message, StringComparison.Ordinal);
        Assert.EndsWith("xxx: it is bad. Correct the cell.", message, StringComparison.Ordinal);
        Assert.Equal("a \uFFFD[31mred\uFFFD b", new UnrollException("a\n\u001b[31mred\u202E b").Message);
        Assert.Equal("\uFFFDa\uFFFDb\uFFFD", new UnrollException("\u061Ca\u206Ab\uFFF9", new IOException()).Message);
        // A pair that a cut would break is left out whole.
        Assert.DoesNotContain('\uFFFD', new UnrollException(string.Concat(Enumerable.Repeat("😀", 400))).Message);
        Assert.DoesNotContain('\uFFFD', new UnrollException("x" + string.Concat(Enumerable.Repeat("😀", 400))).Message);
    }

    [Fact]
    public void A_list_of_names_has_an_end()
    {
        Assert.Equal("a, b, c", NameList.Of(["a", "b", "c"]));
        string[] long40 = [.. Enumerable.Range(0, 9).Select(place => place + s_huge)];
        string list = NameList.Of(long40);
        Assert.True(list.Length <= 210, list);
        Assert.StartsWith("0xxx", list, StringComparison.Ordinal);
        Assert.EndsWith(", ...", list, StringComparison.Ordinal);
        Assert.Equal(24, NameList.Of([.. Enumerable.Range(0, 99).Select(place => $"{place}")]).Split(", ").Length + 3);
    }

    [Fact]
    public void Of_a_long_cell_no_more_is_made_text_than_is_shown()
    {
        byte[] cell = NumberTables.Utf8("\u001bé" + s_huge);
        CellText.Show(cell);
        // A collection that another test causes counts the rest of this thread's buffer as allocated, so the least of some calls is meant.
        long least = long.MaxValue;
        string shown = "";
        for (int call = 0; call < 10; call++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            shown = CellText.Show(cell);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.InRange(least, 0, 10_000);
        Assert.Equal("\uFFFDé" + new string('x', 55) + "...", shown);
        Assert.Equal("温度 12 😀", CellText.Show(NumberTables.Utf8("温度 12 😀")));
    }

    [Fact]
    public void A_page_has_no_control_characters_or_marks_that_turn_the_direction_of_writing()
    {
        Assert.Equal("a\uFFFDb&lt;script&gt;", HtmlParts.Escape("\u001ba\u202Eb<script>\u0007"));
        Assert.Equal("\uFFFD\uFFFD", ReportText.Clean("\uD835\uFFFF"));
        Assert.Equal("<text>a</text>", new System.Xml.Linq.XElement("text", ReportText.Clean("\u0000a\u009B")).ToString());
    }
}
