using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

/// <summary>Static columns of a panel, numbers and text: how they are read, and what a forecast makes of them.</summary>
public sealed class PanelStaticTests : IDisposable
{
    private const string Shops = """
        date,shop,kind,size,code,sold
        2020-01-01,North,mall,40,7,12
        2020-01-01,South,street,90,,3
        2020-01-02,North,mall,40.0,7,14
        2020-01-02,South,street,90,,4
        2020-01-01,West,,15,x,5
        2020-01-02,West,,15,x,6
        """;

    private static readonly DateRange s_train = "..2020-05-31", s_test = "2020-06-01..";
    private readonly TestFiles _files = new();

    public void Dispose() => _files.Dispose();

    private Panel Read(string text, params string[] statics) => Panel.ReadCsv(_files.Write("shops.csv", text), "shop", new CsvReadOptions { Static = statics });

    private static string Refused(Action action) => Assert.Throws<UnrollException>(action).Message;

    [Fact]
    public void Columns_that_are_named_are_static_numbers_or_text()
    {
        Panel panel = Read(Shops, "SIZE", "kind", "code");
        Assert.Equal(["size"], panel.StaticNames);
        Assert.Equal(["kind", "code"], panel.StaticTextNames);
        Assert.Equal(["sold"], panel.ColumnNames);
        Assert.Equal((40, 90, 15), (panel.Static("North")["size"], panel.Static("South")["size"], panel.Static("West")["size"]));
        Assert.Equal(("mall", "street", ""), (panel.StaticText("North")["kind"], panel.StaticText("south")["kind"], panel.StaticText("West")["kind"]));
        // One cell of text makes a column of text.
        Assert.Equal(("7", "", "x"), (panel.StaticText("North")["code"], panel.StaticText("South")["code"], panel.StaticText("West")["code"]));
        Assert.Equal("Column kind of shops.csv, North was left out: it is a static column of the panel. Choose one of sold.", Refused(() => _ = panel["North"]["kind"]));
        // Where columns are named, what else does not change stays a column.
        Assert.Equal(["size", "sold"], Read(Shops.Replace(",code", ",notes", StringComparison.Ordinal), "kind", "notes").ColumnNames);
    }

    [Theory]
    [InlineData("2020-01-03,North,Mall,40,7,1", "kind", "shops.csv: the static column kind of series North is \"mall\" on line 2 and \"Mall\" on line 8. Make it the same on all rows of the series, or leave it out of --static.")]
    [InlineData("2020-01-03,South,street,91,,1", "size", "shops.csv: the static column size of series South is \"90\" on line 3 and \"91\" on line 8. Make it the same on all rows of the series, or leave it out of --static.")]
    [InlineData("2020-01-03,South,,90,,1", "kind", "shops.csv: the static column kind of series South is \"street\" on line 3 and empty on line 8. Make it the same on all rows of the series, or leave it out of --static.")]
    [InlineData("2020-01-03,South,street,90,,1", "sort", "shops.csv has no column sort. Choose one of date, shop, kind, size, code, sold.")]
    [InlineData("2020-01-03,South,street,90,,1", "date", "Column date of shops.csv holds the dates, so it is no static column. Name others with --static.")]
    [InlineData("2020-01-03,South,street,90,,1", "shop", "Column shop of shops.csv names the series, so it is no static column. Name others with --static.")]
    public void A_column_that_cannot_be_static_is_refused(string line, string name, string message) =>
        Assert.Equal(message, Refused(() => Read(Shops + "\n" + line, name, "code")));

    [Fact]
    public void Code_adds_static_columns_to_a_panel()
    {
        Panel panel = Read(Shops, "size", "code").WithStatic("kind", new Dictionary<string, string> { ["North"] = "mall", ["South"] = "street", ["West"] = "" })
            .WithStatic("height", new Dictionary<string, double> { ["North"] = 1, ["South"] = 2, ["West"] = double.NaN });
        Assert.Equal(["size", "height"], panel.StaticNames);
        Assert.Equal(["code", "kind"], panel.StaticTextNames);
        Assert.Equal((2.0, 90.0, "street", "shop"), (panel.Static("South")["height"], panel.Static("South")["size"], panel.StaticText("South")["kind"], panel.SeriesColumn));
        Assert.StartsWith("The static column age has no value for the series South.", Assert.Throws<ArgumentException>(() => panel.WithStatic("age", new Dictionary<string, double> { ["North"] = 1 })).Message);
        Assert.StartsWith("shops.csv has a column sold already.", Assert.Throws<ArgumentException>(() => panel.WithStatic("sold", panel.Keys.ToDictionary(key => key, _ => 1.0))).Message);
        Assert.StartsWith("shops.csv has a column kind already.", Assert.Throws<ArgumentException>(() => panel.WithStatic("kind", panel.Keys.ToDictionary(key => key, _ => ""))).Message);
    }

    [Fact]
    public void Numbers_are_standardised_and_texts_become_an_input_each()
    {
        Panel panel = Told("mall");
        var inputs = StaticInputs.Fit(panel, ["North", "South"]);
        // Of North's 40 and South's 90 the mean is 65, the deviation 25. What is alike everywhere is no input.
        Assert.Equal([-1, 1, 0], inputs.Of(panel, "North"));
        Assert.Equal([1, 0, 1], inputs.Of(panel, "South"));
        Assert.Equal([-2, 0, 0], inputs.Of(panel, "West"));
        Assert.Equal("shops.csv, North: the kind \"kiosk\" was not there in training, which knows mall, street. Correct it, or train on a file that has it.", Refused(() => inputs.Of(Told("kiosk"), "North")));
        Panel crowd = new("c", [.. Enumerable.Range(0, 101).Select(s => ($"S{s}", panel["North"]))]);
        Assert.Equal(
            "The static column id of c has 101 different texts; at most 100 say something that series have in common. Leave it out of --static, or put its texts together in groups.",
            Refused(() => StaticInputs.Fit(crowd.WithStatic("id", crowd.Keys.ToDictionary(key => key, key => key)), [.. crowd.Keys])));

        Panel Told(string kindOfNorth) => Read(Shops.Replace(",x,", ",7,", StringComparison.Ordinal), "size", "code")
            .WithStatic("kind", new Dictionary<string, string> { ["North"] = kindOfNorth, ["South"] = "street", ["West"] = "" })
            .WithStatic("same", new Dictionary<string, double> { ["North"] = 5, ["South"] = 5, ["West"] = 5 });
    }

    /// <summary>
    /// Twelve series of noise that a strong wind of either direction moves: up where the kind is "up", down where it is "down". The wind of the
    /// next day is known; least squares on it finds nothing. The last row tells the wind alone.
    /// </summary>
    private static Panel Winds(int? spoiltFrom = null)
    {
        (string Key, TimeSeries Rows)[] series = [.. Enumerable.Range(0, 12).Select(s =>
        {
            var random = new RandomSource((ulong)(100 + s));
            double[] wind = new double[181], moved = new double[181];
            for (int day = 0; day < 181; day++)
            {
                wind[day] = random.NextNormal();
                moved[day] = (0.5 * random.NextNormal()) + ((s % 2 == 0 ? 1.5 : -1.5) * (Math.Abs(wind[day]) - 0.8));
                if (day >= spoiltFrom)
                    moved[day] = -1e6 * (day % 3);
            }

            moved[180] = double.NaN;

            return ($"S{s:00}", new TimeSeries("winds.csv", [.. Enumerable.Range(0, 181).Select(day => new DateTime(2020, 1, 1).AddDays(day))], ("moved", moved), ("wind", wind)));
        })];
        return new Panel("winds.csv", series);
    }

    private static Panel WithKind(Panel panel) => panel.WithStatic("kind", panel.Keys.ToDictionary(key => key, key => (key[^1] - '0') % 2 == 0 ? "up" : "down"));

    private static PanelSplit Split(Panel panel) => new(panel, "moved", s_train, s_test, 3, new ForecastInputs { Known = ["wind"] });

    private static PanelForecaster Fitted(PanelSplit split, int epochs = 30)
    {
        var forecaster = new PanelForecaster(new EnsembleRecipe
        {
            Network = new NetworkRecipe { Units = 8, Threads = 2, Training = new TrainingOptions { Epochs = epochs, BatchSize = 64, Optimizer = new Adam { LearningRate = 0.01 }, EarlyStopping = new EarlyStopping(6) } },
            Members = 1,
            Transform = TargetTransform.None,
        });
        forecaster.Fit(split);
        return forecaster;
    }

    [Fact]
    public void They_help_where_they_matter()
    {
        PanelSplit without = Split(Winds()), with = Split(WithKind(Winds()));
        double blind = new PanelComparison(without).Add(Fitted(without)).Rmsse, seeing = new PanelComparison(with).Add(Fitted(with)).Rmsse;
        // Noise alone leaves 0.34. Three rows tell a little of the kind, so the blind one is not quite blind.
        Assert.InRange(blind, 0.45, 0.55);
        Assert.InRange(seeing, 0.34, 0.42);
    }

    [Fact]
    public void They_let_nothing_leak()
    {
        const int Known = 160;
        PanelSplit split = Split(WithKind(Winds())), spoilt = Split(WithKind(Winds(Known)));
        IReadOnlyDictionary<string, HorizonForecast> expected = Fitted(split, 2).PredictAhead(split, 1), actual = Fitted(spoilt, 2).PredictAhead(spoilt, 1);
        int same = Known - 152 + 1;
        foreach (string key in split.Keys)
        {
            Assert.Equal(152, split[key].Train.Count);
            Assert.Equal(expected[key].Predicted(1)[..same], actual[key].Predicted(1)[..same]);
            Assert.NotEqual(expected[key][same, 1], actual[key][same, 1]);
        }
    }

    [Fact]
    public void A_saved_forecaster_reads_them_from_the_new_file()
    {
        Panel panel = WithKind(Winds());
        PanelForecaster saved = Fitted(Split(panel), 8);
        string path = Path.Combine(_files.Folder, "lstm.panel.unroll");
        saved.Save(path);
        var loaded = PanelForecaster.Load(path);
        Assert.Equal((true, "series", "kind"), (PanelForecaster.IsIn(path), loaded.SeriesColumn, Assert.Single(loaded.StaticNames)));
        IReadOnlyDictionary<string, double[]> expected = saved.PredictAhead(panel, 1), actual = loaded.PredictAhead(panel, 1);
        Assert.Equal(panel.Keys.Select(key => expected[key][0]), panel.Keys.Select(key => actual[key][0]));
        // Without them in the new panel each series is what it was in training.
        Assert.Equal(expected["S04"], loaded.PredictAhead(Winds(), 1)["S04"]);
        Panel turned = Winds().WithStatic("kind", panel.Keys.ToDictionary(key => key, key => key == "S04" ? "down" : panel.StaticText(key)["kind"]));
        Assert.NotEqual(expected["S04"], loaded.PredictAhead(turned, 1)["S04"]);
        Assert.Equal(expected["S05"], loaded.PredictAhead(turned, 1)["S05"]);
        Panel unknown = Winds().WithStatic("kind", panel.Keys.ToDictionary(key => key, key => key == "S04" ? "left" : "up"));
        Assert.Equal("winds.csv, S04: the kind \"left\" was not there in training, which knows down, up. Correct it, or train on a file that has it.", Refused(() => loaded.PredictAhead(unknown, 1)));
        Assert.Equal("The static column kind of winds.csv does not hold text as in training. Correct the file, or train on one like it.", Refused(() => loaded.PredictAhead(Winds().WithStatic("kind", panel.Keys.ToDictionary(key => key, _ => 1.0)), 1)));
    }
}
