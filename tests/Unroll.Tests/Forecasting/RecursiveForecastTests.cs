using Unroll.Forecasting;
using Unroll.Tests.Layers;
using Xunit;

namespace Unroll.Tests.Forecasting;

/// <summary>A network that predicts one row goes further by taking its predictions for what came.</summary>
public class RecursiveForecastTests
{
    private const int Window = 7;

    [Theory]
    [InlineData("minmax")]
    [InlineData("standard")]
    public void Further_ahead_is_feeding_predictions_by_hand(string scaler)
    {
        double[] x = [.. TestData.Normal(120, 2).Select((e, row) => 30 + (5 * Math.Sin(0.5 * row)) + e)];
        ForecastSplit split = MadeTables.Split(MadeTables.Days(x), 20, Window);
        var forecaster = new NetworkForecaster(new NetworkRecipe { Cell = CellKind.Gru, Units = 4, Threads = 1, Scaler = scaler, Training = new TrainingOptions { Epochs = 3 } });
        forecaster.Fit(split, TestContext.Current.CancellationToken);
        HorizonForecast ahead = forecaster.PredictAhead(split, 5);
        Assert.Equal((16, 5), (ahead.Origins, ahead.Steps));
        double[] next = forecaster.Predict(split);
        for (int origin = 0; origin < 16; origin++)
        {
            var known = new List<double>(x[..(100 + origin)]);
            double[] alone = forecaster.PredictAhead(MadeTables.Days([.. known]), 5);
            for (int h = 1; h <= 5; h++)
            {
                double predicted = forecaster.PredictNext(MadeTables.Days([.. known]));
                Assert.Equal(1, predicted / ahead[origin, h], 1e-5);
                Assert.Equal(1, alone[h - 1] / ahead[origin, h], 1e-6);
                known.Add(predicted);
            }

            Assert.Equal(1, next[origin] / ahead[origin, 1], 1e-6);
        }

        Assert.Equal(1, forecaster.Members);
    }

    [Fact]
    public void What_cannot_be_predicted_is_refused()
    {
        double[] x = [.. TestData.Normal(60, 2)];
        ForecastSplit split = MadeTables.Split(MadeTables.Days(x), 4, Window);
        var forecaster = new NetworkForecaster(new NetworkRecipe { Cell = CellKind.Gru, Units = 2, Training = new TrainingOptions { Epochs = 1 } });
        Assert.Equal("The GRU forecaster is not fitted yet. Call Fit first.", Assert.Throws<InvalidOperationException>(() => forecaster.PredictAhead(split, 1)).Message);
        forecaster.Fit(split, TestContext.Current.CancellationToken);
        Assert.Equal(
            $"The test range {split.TestRange} has 4 rows, too few to judge 5 rows ahead. Choose a longer --test range or a shorter --horizon.",
            Assert.Throws<UnrollException>(() => forecaster.PredictAhead(split, 5)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => forecaster.PredictAhead(split, 0));
        Assert.Equal(
            "The GRU was trained on windows of 7 rows, but this split has windows of 5. Use the same window.",
            Assert.Throws<UnrollException>(() => forecaster.PredictAhead(MadeTables.Split(MadeTables.Days(x), 4, 5), 1)).Message);
        Assert.Equal(
            "t.csv has no x on 2015-03-06, within the newest 7 rows. Choose --missing drop, forward-fill or interpolate, or complete the file.",
            Assert.Throws<UnrollException>(() => forecaster.PredictAhead(MadeTables.Days([.. x, double.NaN]), 3)).Message);
    }
}
