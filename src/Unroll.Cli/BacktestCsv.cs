using System.Globalization;
using System.Text;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>predictions.csv of a backtest: a line for each origin and step ahead.</summary>
internal static class BacktestCsv
{
    /// <summary>
    /// The origin's date, the date predicted, h, what came, then what each baseline and model said, then the ends of the intervals around
    /// that. Names of columns are a contract.
    /// </summary>
    public static string Of(BacktestInput input, BacktestResult result)
    {
        BacktestScore[] withIntervals = [.. result.Scores.Where(score => score.Steps[0].Intervals.Count > 0)];
        var csv = new StringBuilder("origin,date,step,actual").AppendJoin("", result.Scores.Select(score => "," + input.Key(score)));
        foreach (BacktestScore score in withIntervals)
        {
            foreach (double level in result.Levels)
                csv.Append(CultureInfo.InvariantCulture, $",{input.Key(score)}-lower-{100 * level:0.##},{input.Key(score)}-upper-{100 * level:0.##}");
        }

        csv.Append('\n');
        DateTime before = result.Folds[0].TrainTo;
        for (int origin = 0; origin < result.Naive.Forecast.Origins; origin++)
        {
            string from = input.Series.Day(origin == 0 ? before : result.Dates[origin - 1]);
            for (int step = 1; step <= result.Horizon; step++)
            {
                csv.Append(from).Append(',').Append(input.Series.Day(result.Dates[origin + step - 1])).Append(',').Append(step);
                Append(result.Actual[origin + step - 1]);
                foreach (BacktestScore score in result.Scores)
                    Append(score.Forecast[origin, step]);
                foreach (IntervalScore interval in withIntervals.SelectMany(score => score.Steps[step - 1].Intervals))
                {
                    Append(interval.Intervals[origin].Lower);
                    Append(interval.Intervals[origin].Upper);
                }

                csv.Append('\n');
            }
        }

        return csv.ToString();

        void Append(double value) => csv.Append(',').Append(value.ToString("R", CultureInfo.InvariantCulture));
    }
}
