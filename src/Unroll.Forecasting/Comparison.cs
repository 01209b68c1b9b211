using System.Globalization;

namespace Unroll.Forecasting;

/// <summary>The errors of one forecaster on the test rows.</summary>
/// <param name="Name">The forecaster's name.</param>
/// <param name="Predictions">One a test row, in the target's units.</param>
/// <param name="Rmse">Root mean squared error, in the target's units.</param>
/// <param name="Mae">Mean absolute error, in the target's units.</param>
/// <param name="Mape">Mean absolute percentage error, in percent; null where a test value is 0.</param>
/// <param name="Skill">1 − RMSE / naive RMSE: above 0 is better than naive, 0 for the naive forecast itself.</param>
public sealed record ForecastScore(string Name, double[] Predictions, double Rmse, double Mae, double? Mape, double Skill)
{
    /// <summary>Whether the forecaster beats "tomorrow equals today".</summary>
    public bool BeatsNaive => Skill > 0;
}

/// <summary>
/// Forecasters judged on the test rows, always beside the naive forecast: there is no way to get an error figure from here
/// without the one that anybody has for free.
/// </summary>
public sealed class Comparison
{
    private readonly ForecastSplit _split;
    private readonly List<ForecastScore> _scores = [];

    /// <exception cref="UnrollException">The naive forecast is perfect, so there is nothing to be better than.</exception>
    public Comparison(ForecastSplit split)
    {
        ArgumentNullException.ThrowIfNull(split);
        _split = split;
        var naive = new NaiveForecaster();
        naive.Fit(split);
        double[] predictions = naive.Predict(split);
        double rmse = Metrics.Rmse(split.Test, predictions);
        if (rmse == 0)
            throw new UnrollException($"{split.Target} never changes in the test range {split.TestRange}, so the naive forecast is always right and no error can be judged. Choose another --test range.");
        Naive = new ForecastScore(naive.Name, predictions, rmse, Metrics.Mae(split.Test, predictions), Mape(predictions), 0);
    }

    /// <summary>Tomorrow equals today.</summary>
    public ForecastScore Naive { get; }

    /// <summary>The forecasters judged so far, in that order.</summary>
    public IReadOnlyList<ForecastScore> Scores => _scores;

    /// <summary>Judges a fitted forecaster and adds it to <see cref="Scores"/>.</summary>
    public ForecastScore Add(IForecaster forecaster)
    {
        ArgumentNullException.ThrowIfNull(forecaster);
        return Add(forecaster.Name, forecaster.Predict(_split));
    }

    /// <summary>Judges predictions from elsewhere, one a test row in the target's units, and adds them to <see cref="Scores"/>.</summary>
    public ForecastScore Add(string name, double[] predictions)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(predictions);
        double rmse = Metrics.Rmse(_split.Test, predictions);
        var score = new ForecastScore(name, predictions, rmse, Metrics.Mae(_split.Test, predictions), Mape(predictions), Metrics.Skill(rmse, Naive.Rmse));
        _scores.Add(score);
        return score;
    }

    /// <summary>One plain sentence about a score: does it beat the naive forecast, and by how much.</summary>
    public string Verdict(ForecastScore score)
    {
        ArgumentNullException.ThrowIfNull(score);
        string figures = string.Create(CultureInfo.InvariantCulture, $"RMSE {score.Rmse:G4} against {Naive.Rmse:G4}");
        string percent = string.Create(CultureInfo.InvariantCulture, $"{100 * Math.Abs(score.Skill):0.#} %");
        return score.BeatsNaive
            ? $"The {score.Name} beats the naive forecast \"tomorrow equals today\": {figures}, {percent} less error."
            : $"The {score.Name} does not beat the naive forecast \"tomorrow equals today\": {figures}, {percent} more error.";
    }

    private double? Mape(double[] predictions) =>
        _split.Test.Values.Contains(0.0) ? null : Metrics.Mape(_split.Test, predictions);
}
