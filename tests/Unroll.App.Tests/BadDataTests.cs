using Xunit;

namespace Unroll.App.Tests;

/// <summary>Data that cannot be used: one line on standard error, exit code 1, nothing on standard output, no file left.</summary>
public sealed class BadDataTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void No_file() =>
        Refused($"There is no file prices.csv. Check the path; relative ones start at {_folder.Path}.", "prices.csv");

    [Fact]
    public void An_empty_file() =>
        Refused("prices.csv is empty. Give a file with a header row, a date column and at least one column of numbers.",
            _folder.Write("prices.csv", []));

    [Fact]
    public void A_binary_file()
    {
        File.WriteAllBytes(_folder["prices.csv"], [0x7F, 0x45, 0x4C, 0x46, 0, 1, 2, 3, 10, 0]);
        Refused("prices.csv is no table: it holds binary data. Give a text file with a header row and a date column, a workbook (.xlsx) or "
            + "a Parquet file.", "prices.csv");
    }

    [Fact]
    public void A_text_without_dates() =>
        Refused("notes.txt has no date column: its columns are Dear, diary. Name the column of the dates, or none to number the rows. "
            + "(--date)", _folder.Write("notes.txt", ["Dear diary", "nothing happened", "nothing again"]));

    [Fact]
    public void No_such_column() =>
        Refused("aapl.csv has no column Price. Choose one of Open, High, Low, Close, Adj Close, Volume.", Tool.SamplePath("aapl.csv"),
            "--target", "Price");

    [Fact]
    public void Several_columns_and_no_target() => Refused(
        "prices.csv has the columns Open, High, Low, Close, Adj Close, Volume. Say which of them to forecast, for example --target Open.",
        _folder.Write("prices.csv", Apple.Lines));

    [Fact]
    public void A_cell_that_is_no_number() => Refused(
        "Column High of prices.csv was left out: \"n.a\" on line 11 is no number. Correct the cell, or name it as a mark of missing values "
            + "(--na). "
            + "Choose one of Open, Low, Close, Adj Close, Volume.",
        _folder.Write("prices.csv", Apple.With(11, 2, "n.a")), "--target", "High");

    [Fact]
    public void A_missing_value_under_the_default_policy() => Refused(
        "Column High of prices.csv has 1 value missing, the first on 2014-07-18. Drop these rows, fill the gaps, or complete the file. "
            + "(--missing)",
        _folder.Write("prices.csv", Apple.With(300, 2, "")), "--target", "High");

    [Fact]
    public void A_date_twice()
    {
        string[] lines = Apple.Lines;
        lines[6] = lines[5][..10] + lines[6][10..];
        Refused("prices.csv: the date 2013-05-17 appears twice, on lines 6 and 7. Remove one of them.", _folder.Write("prices.csv", lines));
    }

    [Fact]
    public void No_dates_in_the_range()
    {
        Refused("aapl.csv has no rows in the training range 1990..1995: its dates run from 2013-05-13 to 2018-05-11. Choose a range within "
            + "them. (--train)", Tool.SamplePath("aapl.csv"), "--target", "High", "--train", "1990..1995", "--test", "2017");
        Refused("aapl.csv has no rows in the test range 2030..: its dates run from 2013-05-13 to 2018-05-11. Choose a range within them. "
            + "(--test)", Tool.SamplePath("aapl.csv"), "--target", "High", "--train", "2014..2016", "--test", "2030..");
    }

    [Fact]
    public void Fewer_rows_than_the_window() => Refused(
        "Only 14 rows in 2013-05, but a window of 60 needs at least 61. Use a shorter window or a longer range. (--window, --train)",
        Tool.SamplePath("aapl.csv"), "--target", "High", "--recipe", "tutorial", "--train", "2013-05", "--test", "2017");

    [Fact]
    public void A_constant_series() => Refused(
        "High is 5 on every row of ..2017-05-11: there is nothing to learn. Choose another target or training range. (--target, --train)",
        _folder.Write("prices.csv", Apple.Lines.Select((line, i) => i == 0 ? "Date,High" : line[..10] + ",5")));

    [Fact]
    public void A_test_range_that_never_changes() => Refused(
        "High never changes in the test range 2017, so the naive forecast is always right and no error can be judged. Choose another test "
            + "range. (--test)",
        _folder.Write("prices.csv", Apple.Lines.Select((line, i) => i == 0 ? "Date,High" : line[..10]
            + (line.StartsWith("201612", StringComparison.Ordinal) || string.CompareOrdinal(line, "2016-12-01") > 0 ? ",7" : $",{i}"))),
        "--train", "2014..2016-11", "--test", "2017");

    [Fact]
    public void A_test_range_that_begins_before_training_ends() => Refused(
        "The test range 2017.. begins before the training range 2014..2017 ends, so the model would be judged on rows it has seen. End "
            + "training before the first test row. (--train, --test)",
        Tool.SamplePath("aapl.csv"), "--target", "High", "--train", "2014..2017", "--test", "2017..");

    [Fact]
    public void A_folder_that_is_a_file() => Refused(
        "prices.csv is a file, so the report cannot be written there. Choose a folder with --out.",
        _folder.Write("prices.csv", Apple.Lines), "--target", "High", "--out", "prices.csv");

    [Fact]
    public void A_folder_below_a_file()
    {
        _folder.Write("taken", ["text"]);
        ToolResult result = Tool.Run(_folder, "forecast", "--out", "taken/report");
        Assert.StartsWith("unroll: The folder taken/report cannot be written to: ", result.Error, StringComparison.Ordinal);
        Assert.EndsWith(". Choose another with --out.\n", result.Error, StringComparison.Ordinal);
        Assert.Equal((1, "", 1), (result.Code, result.Output, result.Error.Count(c => c == '\n')));
        Assert.Equal(["taken"], _folder.Entries);
    }

    [Fact]
    public void A_folder_without_the_right_to_write()
    {
        Assert.SkipWhen(Environment.UserName == "root", "Rights do not bind this user.");
        Directory.CreateDirectory(_folder["closed"]);
        if (OperatingSystem.IsWindows())
            Assert.Skip("Folders have no such rights here.");
        else
            File.SetUnixFileMode(_folder["closed"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        ToolResult result = Tool.Run(_folder, "forecast", "--out", "closed");
        Assert.StartsWith("unroll: The folder closed cannot be written to: ", result.Error, StringComparison.Ordinal);
        Assert.Equal((1, ""), (result.Code, result.Output));
        Assert.Equal(["closed"], _folder.Entries);
    }

    [Fact]
    public void Describe_tells_of_a_column_with_a_slip_and_refuses_what_has_no_dates()
    {
        ToolResult slip = Tool.Run(_folder, "describe", _folder.Write("prices.csv", Apple.With(11, 2, "n.a")));
        Assert.Equal((0, ""), (slip.Code, slip.Error));
        Assert.Contains(
            "Note: left out column High: \"n.a\" on line 11 is no number. Correct the cell, or name it as a mark of missing values (--na)",
                slip.Lines);
        ToolResult dates = Tool.Run(_folder, "describe", _folder.Write("prices.csv", Apple.With(11, 0, "soon")));
        Assert.Equal(
            (1, "", "unroll: prices.csv, line 11, column Date: \"soon\" is no date. Write it as yyyy-MM-dd, for example 2016-01-31. "
                + "(--date, --date-format)\n"),
            (dates.Code, dates.Output, dates.Error));
    }

    private void Refused(string message, params string[] arguments)
    {
        string[] before = _folder.Entries;
        ToolResult result = Tool.Run(_folder, ["forecast", .. arguments]);

        Assert.Equal("unroll: " + message + "\n", result.Error);
        Assert.Equal((1, ""), (result.Code, result.Output));
        Assert.Equal(before, _folder.Entries);
    }
}
