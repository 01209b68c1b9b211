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
        var forecaster = new NetworkForecaster(new NetworkRecipe
        {
            Cell = CellKind.Gru,
            Units = 4,
            Threads = 1,
            Scaler = scaler,
            Training = new TrainingOptions { Epochs = 3 }
        });
        forecaster.Fit(new ForecastTask(split, 5), null, TestContext.Current.CancellationToken);
        HorizonForecast ahead = forecaster.Ahead(split, 5);
        Assert.Equal((16, 5), (ahead.Origins, ahead.Steps));
        double[] next = forecaster.Predicted(split);
        for (int origin = 0; origin < 16; origin++)
        {
            var known = new List<double>(x[..(100 + origin)]);
            double[] alone = forecaster.Ahead(MadeTables.Days([.. known]), 5);
            for (int h = 1; h <= 5; h++)
            {
                double predicted = forecaster.Next(MadeTables.Days([.. known]));
                Assert.Equal(1, predicted / ahead[origin, h], 1e-5);
                Assert.Equal(1, alone[h - 1] / ahead[origin, h], 1e-6);
                known.Add(predicted);
            }

            Assert.Equal(1, next[origin] / ahead[origin, 1], 1e-6);
        }

        Assert.Single(forecaster.Networks);
    }

    [Fact]
    public void What_cannot_be_predicted_is_refused()
    {
        double[] x = [.. TestData.Normal(60, 2)];
        ForecastSplit split = MadeTables.Split(MadeTables.Days(x), 4, Window);
        var forecaster = new NetworkForecaster(
            new NetworkRecipe { Cell = CellKind.Gru, Units = 2, Training = new TrainingOptions { Epochs = 1 } });
        Assert.Equal("The GRU forecaster is not fitted yet. Call Fit first.",
            Assert.Throws<InvalidOperationException>(() => forecaster.Ahead(split, 1)).Message);
        forecaster.Fit(new ForecastTask(split, 5), null, TestContext.Current.CancellationToken);
        Assert.Equal(
            $"The test range {split.TestRange} has 4 rows, 1 too few to judge 5 rows ahead. Choose a longer test range or a shorter "
                + "horizon.",
            Assert.Throws<UnrollException>(() => forecaster.Ahead(split, 5)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => forecaster.Ahead(split, 0));
        Assert.Equal("t.csv has 6 rows with a x, but the GRU looks at the newest 7. Give it at least 7 rows.",
            Assert.Throws<UnrollException>(() => forecaster.Next(MadeTables.Days(x[..6]))).Message);
        Assert.Equal(
            "t.csv has no x on 2015-03-01, within the rows that the network looks at. Choose how to treat missing values, or complete the "
                + "file.",
            Assert.Throws<UnrollException>(() => forecaster.Ahead(MadeTables.Days([.. x[..55], double.NaN, .. x[56..]]), 3)).Message);
        Assert.Equal(forecaster.Ahead(MadeTables.Days(x), 3), forecaster.Ahead(MadeTables.Days([.. x, double.NaN]), 3));
    }
}
