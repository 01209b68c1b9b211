namespace Unroll.Forecasting;

/// <summary>How one model or baseline did over the whole of a backtest.</summary>
public sealed record BacktestScore
{
    /// <summary>The name it was given, for a baseline that of <see cref="IForecaster.Name"/>.</summary>
    public required string Name { get; init; }

    public required bool IsBaseline { get; init; }

    /// <summary>Its predictions for the test rows, all folds joined.</summary>
    public required HorizonForecast Forecast { get; init; }

    /// <summary>The figures of each step ahead, h = 1..H.</summary>
    public required IReadOnlyList<StepScore> Steps { get; init; }

    /// <summary>The mean of the RMSEs of all steps, in the target's units.</summary>
    public double Rmse => Steps.Average(step => step.Rmse);

    /// <summary>The mean of the MAEs of all steps, in the target's units.</summary>
    public double Mae => Steps.Average(step => step.Mae);

    /// <summary>1 − RMSE / naive RMSE, of the means over the steps: above 0 is better than naive.</summary>
    public required double Skill { get; init; }

    /// <summary>
    /// 1 − RMSE / RMSE of <see cref="BacktestResult.BestBaseline"/>, of the means over the steps; null where that makes no error at all.
    /// </summary>
    public required double? SkillAgainstBest { get; init; }

    /// <summary>Whether its predictions one row ahead come late; null for baselines and where there are too few rows to tell.</summary>
    public required LagDiagnosis? Lag { get; init; }

    /// <summary>One plain line where its predictions one row ahead follow the actual values instead of foreseeing them; null where they do not.</summary>
    public string? Warning => Lag is { Follows: true } ? Comparison.Follows(Name, Lag) : null;

    /// <summary>The share of values inside their intervals of a nominal level, the mean over the steps; null where there are no such intervals.</summary>
    public double? Coverage(double level)
    {
        IntervalScore[] all = [.. Steps.SelectMany(step => step.Intervals).Where(interval => interval.Level == level)];
        return all.Length > 0 ? all.Average(interval => interval.Coverage) : null;
    }
}

/// <summary>The errors of one model or baseline, h rows ahead.</summary>
public sealed record StepScore
{
    /// <summary>h.</summary>
    public required int Step { get; init; }

    /// <summary>In the target's units.</summary>
    public required double Rmse { get; init; }

    /// <summary>In the target's units.</summary>
    public required double Mae { get; init; }

    /// <summary>In percent; null where a test value is 0.</summary>
    public required double? Mape { get; init; }

    /// <summary><see cref="Metrics.Mase"/> with the first fold's training rows and the season; null where it is not defined.</summary>
    public required double? Mase { get; init; }

    /// <summary><see cref="Metrics.Rmsse"/> with the first fold's training rows and the season; null where it is not defined.</summary>
    public required double? Rmsse { get; init; }

    /// <summary>1 − RMSE / naive RMSE at this step; null where the naive forecast makes no error.</summary>
    public required double? Skill { get; init; }

    /// <summary>The baseline of the lowest RMSE at this step.</summary>
    public required string BestBaseline { get; init; }

    /// <summary>1 − RMSE / RMSE of <see cref="BestBaseline"/>; null where that makes no error.</summary>
    public required double? SkillAgainstBest { get; init; }

    /// <summary>Squared errors against those of <see cref="BestBaseline"/>; null for itself and where chance cannot be told.</summary>
    public required DieboldMariano? AgainstBest { get; init; }

    /// <summary>Intervals of each nominal level; empty where there are none.</summary>
    public required IReadOnlyList<IntervalScore> Intervals { get; init; }
}
