using System.Globalization;
using System.Text.RegularExpressions;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Exchange.Tests;

/// <summary>What is said of a network that is taken out of a forecaster: with it the network forecasts as the forecaster does.</summary>
public sealed partial class NetworkWordsTests : IDisposable
{
    private const int Rows = 120, Window = 12;

    private readonly string _path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".unroll");

    private static readonly double[] s_close = [.. Enumerable.Range(0, Rows).Select(row => 80 + (10 * Math.Sin(row / 7.0)) + (row / 3.0))];
    private static readonly double[] s_volume = [.. Enumerable.Range(0, Rows).Select(row => 5000 + (900 * Math.Cos(row / 5.0)))];
    private static readonly TimeSeries s_table = Forecasters.Table(
        [.. Enumerable.Range(0, Rows).Select(row => new DateTime(2020, 1, 1).AddDays(row))], ("Close", s_close), ("Volume", s_volume));

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void ANetworkOfTheTutorial()
    {
        var recipe = new NetworkRecipe { Cell = CellKind.Gru, Units = 4 };
        var forecaster = new NetworkForecaster(recipe with { Training = recipe.Training with { Epochs = 1 } });
        forecaster.Fit(new ForecastTask(s_table, new TaskOptions { Targets = ["Close"], Window = Window, Horizon = 1, TestRows = 20 })
            .Whole());
        ForecastFile.Save(forecaster, _path);
        Model network = Loaded(out string words);
        Assert.Contains($"It reads ({Window}, 1): {Window} rows of Close, oldest first; it gives Close in the next row.", words,
            StringComparison.Ordinal);
        Same(forecaster, network, words, s_close);
    }

    [Fact]
    public void ANetworkOfOthersWithTwoColumns()
    {
        Model model = new Model(new Lstm(3), new Dense(1)).Build(new Shape(Window, 2), 5);
        var forecaster = new PretrainedForecaster(model, new PretrainedOptions
        {
            Columns = ["Volume", "Close"],
            Scaling = column => column == "Close" ? new StandardScaler() : new MinMaxScaler(-1, 1)
        });
        forecaster.Fit(new ForecastTask(s_table, forecaster.OptionsFor(new TaskOptions { Targets = ["Close"], Horizon = 1, TestRows = 20 }))
            .Whole());
        ForecastFile.Save(forecaster, _path);
        Model network = Loaded(out string words);
        Assert.Contains("rows, oldest first, of Volume, Close, in this order.", words, StringComparison.Ordinal);
        Same(forecaster, network, words, s_volume, s_close);
    }

    /// <summary>The network of an ensemble corrects least squares: alone it forecasts nothing.</summary>
    [Fact]
    public void ANetworkOfAnEnsembleStaysInside()
    {
        PartsForecaster forecaster =
            Forecasters.Fitted(new EnsembleForecaster(Forecasters.Quick(CellKind.Gru) with { Members = 1 }), SeriesSet.Of(s_table),
            new TaskOptions { Targets = ["Close"], Window = Window, Horizon = 1 });
        Assert.Single(forecaster.Networks);
        ForecastFile.Save(forecaster, _path);
        string message = Assert.Throws<UnrollException>(() => ExchangeFormats.Load(_path)).Message;
        Assert.Contains("holds a forecaster, GRU, which is more than a network. Write it whole as .onnx", message,
            StringComparison.Ordinal);
    }

    private Model Loaded(out string words)
    {
        var notes = new List<string>();
        Model model = ExchangeFormats.Load(_path, new ExchangeOptions { Notes = notes.Add });
        words = string.Join(' ', notes);
        return model;
    }

    /// <summary>The forecast of the next row by the network and the numbers that were said, and by the forecaster.</summary>
    private static void Same(PartsForecaster forecaster, Model network, string words, params double[][] columns)
    {
        double[] numbers = [.. Scales().Matches(words).SelectMany(match => new[] { match.Groups[1].Value, match.Groups[2].Value })
            .Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
        Assert.Equal(2 * columns.Length, numbers.Length);
        var window = new float[Window * columns.Length];
        for (int i = 0; i < window.Length; i++)
        {
            int column = i % columns.Length;
            window[i] = (float)((columns[column][Rows - Window + (i / columns.Length)] - numbers[2 * column]) / numbers[(2 * column) + 1]);
        }

        double expected = forecaster.Predict(SeriesSet.Of(s_table), 1).Parts[0].Rows(0)[0].Value;
        Assert.Equal(expected, (network.Predict(window)[0] * numbers[^1]) + numbers[^2], 1e-6 * Math.Abs(expected));
    }

    [GeneratedRegex(@"by offset (\S+) and scale ([^\s;]*\d)")]
    private static partial Regex Scales();
}
