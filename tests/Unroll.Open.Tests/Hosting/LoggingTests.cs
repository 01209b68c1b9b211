using Microsoft.Extensions.Logging;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Open.Tests.Hosting;

/// <summary>Training and forecasting in logs.</summary>
public sealed class LoggingTests
{
    [Fact]
    public void Training_is_logged_with_its_numbers_by_name()
    {
        var log = new LogLines();
        var options = new TrainingOptions { Epochs = 2, BatchSize = 16, ValidationSplit = 0.2, Metrics = [new Mae()] };
        History history = Made.Model().Fit(Made.Samples(), options, log.LogTraining);
        Assert.Equal([10, 11, 11, 12, 13, 11, 11, 12, 13, 14], log.Lines.Select(line => line.Id));
        Assert.Equal([LogLevel.Information, LogLevel.Trace, LogLevel.Debug], new[] { 0, 1, 4 }.Select(at => log.Lines[at].Level));
        Dictionary<string, object?> first = log.Lines[3].Values;
        Assert.Equal((1, 2, history.Epochs[0].Loss, history.Epochs[0].ValidationLoss),
            (first["Epoch"], first["Epochs"], first["Loss"], first["ValidationLoss"]));
        Assert.Equal(("mae", history.Epochs[0].Metrics["mae"], history.Epochs[0].ValidationMetrics["mae"]),
            (log.Lines[4].Values["Metric"], log.Lines[4].Values["Value"], log.Lines[4].Values["ValidationValue"]));
        Assert.Equal((StopReason.Finished, 2), (log.Lines[^1].Values["Reason"], log.Lines[^1].Values["Epochs"]));
        Assert.Equal("Training starts: 2 epochs of 2 steps, 0 of them done before.", log.Lines[0].Text);
    }

    [Fact]
    public async Task A_task_and_a_forecaster_are_logged_too()
    {
        var log = new LogLines(LogLevel.Information);
        await Made.Model().FitAsync(Made.Samples(), new TrainingOptions { Epochs = 1 }, log.TrainingProgress(),
            TestContext.Current.CancellationToken);
        Assert.Equal([10, 12, 14], log.Lines.Select(line => line.Id));
        Assert.Throws<TrainingDivergedException>(() => Made.Model()
            .Fit(Made.Samples(), new TrainingOptions { Optimizer = new Sgd { LearningRate = 1e10 }, Epochs = 50 }, log.LogTraining));
        Assert.Equal((LogLevel.Warning, 15), (log.Lines[^1].Level, log.Lines[^1].Id));
        var all = new LogLines();
        new RidgeForecaster().Fit(Made.Task(), all.ForecastProgress(), TestContext.Current.CancellationToken);
        Assert.Equal(21, all.Lines[^1].Id);
        Assert.Contains(all.Lines, line => line is { Id: 20, Level: LogLevel.Debug } && line.Values["Forecaster"] is "ridge");
    }
}
