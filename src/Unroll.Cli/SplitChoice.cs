using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>The training and the test range, and a sentence about what was chosen where the user chose nothing.</summary>
internal sealed record SplitChoice(DateRange Train, DateRange Test, string? Note)
{
    private const int MostRows = 1500;
    private const double TestShare = 0.2;

    /// <exception cref="UnrollException">One range was given and leaves nothing for the other.</exception>
    public static SplitChoice Choose(TimeSeries series, Sample? sample, DateRange? train, DateRange? test)
    {
        if (train is { } givenTrain && test is { } givenTest)
            return new SplitChoice(givenTrain, givenTest, null);
        if (train is { } onlyTrain)
        {
            DateTime from = onlyTrain.Until ?? throw new UnrollException($"--train {onlyTrain} has no end, so it leaves no rows to test on. Give it an end, for example --train 2016..2020.");
            var rest = new DateRange(from, null);
            return new SplitChoice(onlyTrain, rest, $"No --test given: testing on all rows after training, --test {rest}.");
        }

        if (test is { } onlyTest)
        {
            DateTime from = onlyTest.From ?? throw new UnrollException($"--test {onlyTest} has no beginning, so it leaves no rows to train on. Give it a beginning, for example --test 2021..");
            var before = new DateRange(null, from.AddDays(-1));
            return new SplitChoice(before, onlyTest, $"No --train given: training on all rows before the test, --train {before}.");
        }

        return sample is not null
            ? new SplitChoice(sample.Train, sample.Test, $"No --train and --test given: --train {sample.Train} --test {sample.Test}, the last full year of the sample.")
            : Newest(series);
    }

    /// <summary>The newest fifth of the rows to test on, those before to train on; of a long file only the newest rows.</summary>
    private static SplitChoice Newest(TimeSeries series)
    {
        TimeSeries used = series.Tail(MostRows);
        int testRows = Math.Max(1, (int)Math.Round(TestShare * used.Rows));
        DateTime testFrom = used.Dates[used.Rows - testRows].Date;
        var train = new DateRange(used.Rows < series.Rows ? used.FirstDate : null, testFrom.AddDays(-1));
        var test = new DateRange(testFrom, null);
        string rows = used.Rows < series.Rows ? $"the newest {MostRows} rows" : "the rows";
        return new SplitChoice(train, test, $"No --train and --test given: {rows}, the last fifth to test on, --train {train} --test {test}.");
    }
}
