using System.CommandLine;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary><c>unroll describe [FILE]</c></summary>
internal static class DescribeCommand
{
    public static Command Create()
    {
        Argument<string?> file = DataSource.FileArgument(
            "A CSV file with a date column and columns of numbers [default: the sample sp500]");
        Option<string?> sample = DataSource.SampleOption();
        Option<string?> series = DataSource.SeriesOption();
        var command = new Verb(
            "describe",
            "Shows what a file holds: first rows, figures of each column, missing "
                + "values, rows that no forecast explains, dates and gaps; or a line for each of its series.",
            "unroll describe --sample aapl",
            "unroll describe --sample stations --series station")
        {
            file, sample, series,
        };
        command.SetAction(result =>
        {
            var source = DataSource.From(result.GetValue(file), result.GetValue(sample));
            var terminal = Terminal.Output();
            SeriesSet data = source.Read(result.GetValue(series));
            if (data.IsTable)
                DataView.Show(terminal, source, data[data.Keys[0]], calendar: true);
            else
                SeriesSetView.Show(terminal, source, data);
            return 0;
        });
        return command;
    }
}
