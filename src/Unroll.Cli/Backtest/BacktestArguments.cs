using System.CommandLine;
using System.CommandLine.Parsing;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>What <c>unroll backtest</c> was asked for.</summary>
/// <param name="Forecast">Data, targets, test rows and forecasters, as <c>unroll forecast</c> has them.</param>
/// <param name="Refit">After how many rows every forecaster is fitted anew; null for a quarter of the test rows.</param>
/// <param name="Sliding">How many rows of a series each fit learns from; null for all before it.</param>
internal sealed record BacktestRequest(ForecastRequest Forecast, int? Refit, int? Sliding);

/// <summary>The options of <c>unroll backtest</c>: those of a forecast and its own. Their names are a contract.</summary>
internal sealed class BacktestArguments
{
    private const int MostRows = 10_000_000;
    private static readonly string[] s_notHere = ["--train", "--no-refit"];
    private readonly ForecastOptions _forecast = new("backtest-report", BacktestFiles.Figures);
    private readonly Option<int?> _refit = Options.OptionalWhole(
        "--refit", 1, MostRows, "After how many rows every forecaster is fitted anew [default: a quarter of the test rows]");

    private readonly Option<int?> _sliding = Options.OptionalWhole(
        "--sliding", 2, MostRows, "Fit on the newest N rows of a series each time [default: on all rows before]");

    public void AddTo(Command command)
    {
        command.Add(_refit);
        command.Add(_sliding);
        _forecast.AddTo(command, s_notHere);
    }

    /// <exception cref="UnrollException">Options that do not go together.</exception>
    public BacktestRequest Read(ParseResult result)
    {
        ForecastRequest forecast = _forecast.Read(result);
        return forecast.Missing == MissingPolicy.Interpolate
            ? throw new UnrollException("--missing interpolate fills a gap from the values after it, which nobody knew then. Choose "
                + "--missing drop or forward-fill for a backtest.")
            : new BacktestRequest(forecast, result.GetValue(_refit), result.GetValue(_sliding));
    }
}
