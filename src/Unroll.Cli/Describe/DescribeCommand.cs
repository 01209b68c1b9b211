using System.CommandLine;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary><c>unroll describe [FILE]</c></summary>
internal static class DescribeCommand
{
    public static Command Create()
    {
        var reading = new ReadingOptions(ReadingOptions.AnyTable);
        Option<string?> series = DataSource.SeriesOption();
        var json = new Option<bool>("--json") { Description = "Print what was found as JSON" };
        var command = new Verb(
            "describe",
            "Shows how a file is read and what it holds: first rows, figures of each column, missing "
                + "values, rows that no forecast explains, dates and gaps; or a line for each of its series.",
            "unroll describe --sample aapl",
            "unroll describe --sample stations --series station");
        reading.AddTo(command);
        command.Add(series);
        command.Add(json);
        command.SetAction(result =>
        {
            DataSource source = reading.Read(result);
            SeriesSet data = source.Read(result.GetValue(series));
            if (result.GetValue(json))
            {
                Console.Out.Write(DescriptionJson.Of(source, data));
                return 0;
            }

            var terminal = Terminal.Output();
            if (data.IsTable)
                DataView.Show(terminal, source, data[data.Keys[0]], calendar: true);
            else
                SeriesSetView.Show(terminal, source, data);
            return 0;
        });
        return command;
    }
}
