using System.CommandLine;

namespace Unroll.Cli;

/// <summary><c>unroll describe [FILE]</c></summary>
internal static class DescribeCommand
{
    public static Command Create()
    {
        Argument<string?> file = DataSource.FileArgument("A CSV file with a date column and columns of numbers [default: the sample sp500]");
        Option<string?> sample = DataSource.SampleOption(Sample.All);
        var series = new Option<string?>("--series")
        {
            Description = "For a file of several series, one row for each date and series: the column that names the series",
            HelpName = "COLUMN",
        };
        var command = new Verb(
            "describe",
            "Shows what a file holds: first rows, figures of each column, missing values, dates and gaps; or a line for each of its series.",
            "unroll describe --sample aapl",
            "unroll describe --sample stations --series station")
        {
            file, sample, series,
        };
        command.SetAction(result =>
        {
            var source = DataSource.From(result.GetValue(file), result.GetValue(sample), Sample.All);
            var terminal = Terminal.Output();
            if ((result.GetValue(series) ?? source.Sample?.SeriesColumn) is { } column)
                PanelView.Show(terminal, source, source.ReadPanel(column));
            else
                DataView.Show(terminal, source, source.Read(), calendar: true);
            return 0;
        });
        return command;
    }
}
