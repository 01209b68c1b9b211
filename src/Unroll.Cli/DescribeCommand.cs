using System.CommandLine;

namespace Unroll.Cli;

/// <summary><c>unroll describe [FILE]</c></summary>
internal static class DescribeCommand
{
    public static Command Create()
    {
        Argument<string?> file = DataSource.FileArgument("A CSV file with a date column and columns of numbers [default: the sample sp500]");
        Option<string?> sample = DataSource.SampleOption();
        var command = new Verb("describe", "Shows what a file holds: first rows, figures of each column, missing values, dates and gaps.", "unroll describe --sample aapl") { file, sample };
        command.SetAction(result =>
        {
            DataSource source = DataSource.From(result.GetValue(file), result.GetValue(sample));
            DataView.Show(Terminal.Output(), source, source.Read(), calendar: true);
            return 0;
        });
        return command;
    }
}
