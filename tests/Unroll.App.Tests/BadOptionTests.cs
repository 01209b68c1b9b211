using Xunit;

namespace Unroll.App.Tests;

/// <summary>A command line that makes no sense: one line on standard error, exit code 1, nothing on standard output, no file.</summary>
public sealed class BadOptionTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("forecast --epochs 0",
        "--epochs is \"0\"; it takes a whole number of at least 1 and at most 1000000. See unroll forecast --help.")]
    [InlineData("forecast --epochs many",
        "--epochs is \"many\"; it takes a whole number of at least 1 and at most 1000000. See unroll forecast --help.")]
    [InlineData("forecast --window 0",
        "--window is \"0\"; it takes a whole number of at least 1 and at most 100000. See unroll forecast --help.")]
    [InlineData("forecast --units 0",
        "--units is \"0\"; it takes a whole number of at least 1 and at most 4096. See unroll forecast --help.")]
    [InlineData("forecast --units -3",
        "--units is \"-3\"; it takes a whole number of at least 1 and at most 4096. See unroll forecast --help.")]
    [InlineData("forecast --layers 0",
        "--layers is \"0\"; it takes a whole number of at least 1 and at most 64. See unroll forecast --help.")]
    [InlineData("forecast --batch 0",
        "--batch is \"0\"; it takes a whole number of at least 1 and at most 65536. See unroll forecast --help.")]
    [InlineData("forecast --threads 0",
        "--threads is \"0\"; it takes a whole number of at least 1 and at most 1024. See unroll forecast --help.")]
    [InlineData("forecast --seed 1.5", "--seed is \"1.5\"; it takes a whole number. See unroll forecast --help.")]
    [InlineData("forecast --seed", "Required argument missing for option: '--seed'. See unroll forecast --help.")]
    [InlineData("forecast --dropout 1", "--dropout is \"1\"; it takes a number of at least 0 and below 1. See unroll forecast --help.")]
    [InlineData("forecast --dropout -0.1",
        "--dropout is \"-0.1\"; it takes a number of at least 0 and below 1. See unroll forecast --help.")]
    [InlineData("forecast --learning-rate 0", "--learning-rate is \"0\"; it takes a number above 0. See unroll forecast --help.")]
    [InlineData("forecast --learning-rate NaN", "--learning-rate is \"NaN\"; it takes a number above 0. See unroll forecast --help.")]
    [InlineData("forecast --learning-rate 1e999", "--learning-rate is \"1e999\"; it takes a number above 0. See unroll forecast --help.")]
    [InlineData("forecast --clip-norm 0", "--clip-norm is \"0\"; it takes a number above 0. See unroll forecast --help.")]
    [InlineData("forecast --model rnn", "--model is \"rnn\"; choose lstm, gru, simple-rnn, ridge, naive, seasonal-naive, "
        + "seasonal-naive-with-drift, drift, mean, least-squares, theta, ets, arima, stl-ets, croston or tsb. See unroll forecast --help.")]
    [InlineData("forecast --metric mape", "--metric is \"mape\"; choose rmse, mae, mase, smape or crps. See unroll forecast --help.")]
    [InlineData("forecast --metric mae --recipe tutorial",
        "--metric has no part in --recipe tutorial. Leave it out, or use --recipe default.")]
    [InlineData("forecast --rows few", "--rows is \"few\"; it takes a whole number of at least 2, or all. See unroll forecast --help.")]
    [InlineData("forecast --rows 500 --test 2018..",
        "--rows says how far back to look where neither --train nor --test does. Leave it out, or them.")]
    [InlineData("forecast --optimizer lion", "--optimizer is \"lion\"; choose rmsprop, sgd, adam or adamw. See unroll forecast --help.")]
    [InlineData("forecast --scaler max", "--scaler is \"max\"; choose minmax, standard, robust or none. See unroll forecast --help.")]
    [InlineData("forecast --missing guess",
        "--missing is \"guess\"; choose error, drop, forward-fill or interpolate. See unroll forecast --help.")]
    [InlineData("forecast --train soon", "--train: \"soon\" is no year, month or date. Write a range like 2016..2020, 2021.., ..2019-06 or "
        + "2016-01-04..2020-12-31. See unroll forecast --help.")]
    [InlineData("forecast --test 2020..2019",
        "--test: The range \"2020..2019\" ends before it begins. Put the earlier date first. See unroll forecast --help.")]
    [InlineData("forecast --train 2016..",
        "The training range 2016.. has no end, so it leaves no rows to judge on. Give it an end, for example 2016..2020. (--train)")]
    [InlineData("forecast --test ..2016",
        "The test range ..2016 has no beginning, so it leaves no rows to learn from. Give it a beginning, for example 2021.. (--test)")]
    [InlineData("forecast --budget soon", "--budget: \"soon\" is no time. Write 60s, 10m, 1h30m or a number of seconds, above 0 and below "
        + "1,000 hours. See unroll forecast --help.")]
    [InlineData("forecast --budget 0s", "--budget: \"0s\" is no time. Write 60s, 10m, 1h30m or a number of seconds, above 0 and below "
        + "1,000 hours. See unroll forecast --help.")]
    [InlineData("forecast --recipe tutorial --budget 60s",
        "--budget has no part in --recipe tutorial. Leave it out, or use --recipe default.")]
    [InlineData("backtest --budget 5m10", "--budget: \"5m10\" is no time. Write 60s, 10m, 1h30m or a number of seconds, above 0 and below "
        + "1,000 hours. See unroll backtest --help.")]
    [InlineData("tune --budget 60s", "There is no option --budget. See unroll tune --help.")]
    [InlineData("forecast --sample msft", "There is no sample msft. Choose sp500, aapl, births, ridership or stations.")]
    [InlineData("forecast prices.csv --sample aapl", "There is a file, prices.csv, and --sample aapl. Give one of them.")]
    [InlineData("forecast --epoch 5", "There is no option --epoch; did you mean --epochs? See unroll forecast --help.")]
    [InlineData("forecast prices.csv --fast", "There is no option --fast. See unroll forecast --help.")]
    [InlineData("backtest --horizon 0",
        "--horizon is \"0\"; it takes a whole number of at least 1 and at most 10000. See unroll backtest --help.")]
    [InlineData("backtest --refit 0",
        "--refit is \"0\"; it takes a whole number of at least 1 and at most 10000000. See unroll backtest --help.")]
    [InlineData("backtest --refit often",
        "--refit is \"often\"; it takes a whole number of at least 1 and at most 10000000. See unroll backtest --help.")]
    [InlineData("backtest --sliding 1",
        "--sliding is \"1\"; it takes a whole number of at least 2 and at most 10000000. See unroll backtest --help.")]
    [InlineData("backtest --sliding 2000",
        "A sliding range of 2000 rows is longer than the 1258 rows before the test rows. Use at most 1258, or all. (--sliding)")]
    [InlineData("backtest --sample aapl --horizon 252", "The test range 2017 has 251 rows, 1 too few to judge 252 rows ahead. Choose a "
        + "longer test range or a shorter horizon. (--test, --horizon)")]
    [InlineData("backtest --sample aapl --window 1000",
        "Only 918 rows in ..2016, but a window of 1000 needs at least 1001. Use a shorter window or a longer range. (--window)")]
    [InlineData("backtest --missing interpolate", "--missing interpolate fills a gap from the values after it, which nobody knew then. "
        + "Choose --missing drop or forward-fill for a backtest.")]
    [InlineData("backtest --train 2016", "There is no option --train. See unroll backtest --help.")]
    [InlineData("backtest --test ..2016",
        "The test range ..2016 has no beginning, so it leaves no rows to learn from. Give it a beginning, for example 2021.. (--test)")]
    [InlineData("backtest --test 2031",
        "sp500.csv has no rows in the test range 2031: its dates run from 2000-01-03 to 2020-04-17. Choose a range within them. (--test)")]
    [InlineData("backtest --target price", "sp500.csv has no column price. Choose one of open, high, low, close, adjclose, volume.")]
    [InlineData("describe --fast", "There is no option --fast. See unroll describe --help.")]
    [InlineData("predict", "Required argument 'MODEL' missing for command: 'predict'. See unroll predict --help.")]
    [InlineData("predict lstm.unroll",
        "No FILE was given. Give the path of a file, or --sample sp500, aapl, births, ridership or stations.")]
    [InlineData("tune --trials 0", "--trials is \"0\"; it takes a whole number of at least 1 and at most 100000. See unroll tune --help.")]
    [InlineData("tune --parallel 0",
        "--parallel is \"0\"; it takes a whole number of at least 1 and at most 1024. See unroll tune --help.")]
    [InlineData("tune --units 8", "There is no option --units. See unroll tune --help.")]
    [InlineData("tune --sample aapl --target Price",
        "aapl.csv has no column Price. Choose one of Open, High, Low, Close, Adj Close, Volume.")]
    [InlineData("tune --sample aapl --train 2014-01-02..2014-01-08 --test 2017",
        "High has 5 training rows, 2014-01-02..2014-01-08: too few to learn from some and judge 1 row ahead on the newest. At least 6 are "
        + "needed, 1 more. Use a longer training range. (--train, --horizon)")]
    [InlineData("forcast prices.csv", "There is no verb forcast; did you mean forecast? See unroll --help.")]
    [InlineData("Forecast", "There is no verb Forecast; did you mean forecast? See unroll --help.")]
    [InlineData("study", "There is no verb study; there are forecast, backtest, describe, predict, tune, judge, convert, inspect, serve, "
        + "studio, mcp, worker, cluster, completion. See unroll --help.")]
    [InlineData("--fast", "There is no option --fast. See unroll --help.")]
    public void Is_refused_in_one_line(string commandLine, string message)
    {
        ToolResult result = Tool.Run(_folder, commandLine.Split(' '));

        Assert.Equal("unroll: " + message + "\n", result.Error);
        Assert.Equal(1, result.Code);
        Assert.Equal("", result.Output);
        Assert.Empty(_folder.Entries);
    }
}
