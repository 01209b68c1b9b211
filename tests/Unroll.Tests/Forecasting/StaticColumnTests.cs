using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

/// <summary>Static columns of a panel, numbers and text: how they are read, and what a forecast makes of them.</summary>
public sealed class StaticColumnTests : IDisposable
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

    private readonly TestFiles _files = new();

    public void Dispose() => _files.Dispose();

    private SeriesSet Read(string text, params string[] statics) =>
        SeriesSet.Read(_files.Write("shops.csv", text), "shop", new ReadOptions { Static = statics });

    private static string Refused(Action action) => Assert.Throws<UnrollException>(action).Message;

    [Fact]
    public void Columns_that_are_named_are_static_numbers_or_text()
    {
        SeriesSet panel = Read(Shops, "SIZE", "kind", "code");
        Assert.Equal(["size"], panel.StaticNames);
        Assert.Equal(["kind", "code"], panel.StaticTextNames);
        Assert.Equal(["sold"], panel.ColumnNames);
        Assert.Equal((40, 90, 15), (panel.Static("North")["size"], panel.Static("South")["size"], panel.Static("West")["size"]));
        Assert.Equal(("mall", "street", ""),
            (panel.StaticText("North")["kind"], panel.StaticText("south")["kind"], panel.StaticText("West")["kind"]));
        // One cell of text makes a column of text.
        Assert.Equal(("7", "", "x"),
            (panel.StaticText("North")["code"], panel.StaticText("South")["code"], panel.StaticText("West")["code"]));
        Assert.Equal("Column kind of shops.csv, North was left out: it is a static column of the panel. Choose one of sold.",
            Refused(() => _ = panel["North"]["kind"]));
        // Where columns are named, what else does not change stays a column.
        Assert.Equal(["size", "sold"], Read(Shops.Replace(",code", ",notes", StringComparison.Ordinal), "kind", "notes").ColumnNames);
    }

    [Theory]
    [InlineData("2020-01-03,North,Mall,40,7,1", "kind", "shops.csv: the static column kind of series North is \"mall\" on line 2 and "
        + "\"Mall\" on line 8. Make it the same on all rows of the series, or do not name it as static.")]
    [InlineData("2020-01-03,South,street,91,,1", "size", "shops.csv: the static column size of series South is \"90\" on line 3 and \"91\" "
        + "on line 8. Make it the same on all rows of the series, or do not name it as static.")]
    [InlineData("2020-01-03,South,,90,,1", "kind", "shops.csv: the static column kind of series South is \"street\" on line 3 and empty on "
        + "line 8. Make it the same on all rows of the series, or do not name it as static.")]
    [InlineData("2020-01-03,South,street,90,,1", "sort", "shops.csv has no column sort. Choose one of date, shop, kind, size, code, sold.")]
    [InlineData("2020-01-03,South,street,90,,1", "date",
        "Column date of shops.csv holds the dates, so it is no static column. Name others.")]
    [InlineData("2020-01-03,South,street,90,,1", "shop",
        "Column shop of shops.csv names the series, so it is no static column. Name others.")]
    public void A_column_that_cannot_be_static_is_refused(string line, string name, string message) =>
        Assert.Equal(message, Refused(() => Read(Shops + "\n" + line, name, "code")));

    [Fact]
    public void Code_adds_static_columns_to_a_panel()
    {
        SeriesSet panel = Read(Shops, "size", "code")
            .WithStatic("kind", new Dictionary<string, string> { ["North"] = "mall", ["South"] = "street", ["West"] = "" })
            .WithStatic("height", new Dictionary<string, double> { ["North"] = 1, ["South"] = 2, ["West"] = double.NaN });
        Assert.Equal(["size", "height"], panel.StaticNames);
        Assert.Equal(["code", "kind"], panel.StaticTextNames);
        Assert.Equal((2.0, 90.0, "street", "shop"),
            (panel.Static("South")["height"], panel.Static("South")["size"], panel.StaticText("South")["kind"], panel.SeriesColumn));
        Assert.StartsWith("The static column age has no value for the series South.",
            Assert.Throws<UnrollException>(() => panel.WithStatic("age", new Dictionary<string, double> { ["North"] = 1 })).Message);
        Assert.StartsWith("shops.csv has a column sold already.",
            Assert.Throws<UnrollException>(() => panel.WithStatic("sold", panel.Keys.ToDictionary(key => key, _ => 1.0))).Message);
        Assert.StartsWith("shops.csv has a column kind already.",
            Assert.Throws<UnrollException>(() => panel.WithStatic("kind", panel.Keys.ToDictionary(key => key, _ => ""))).Message);
    }

    [Fact]
    public void Numbers_are_standardised_and_texts_become_an_input_each()
    {
        SeriesSet panel = Told("mall");
        var inputs = StaticInputs.Fit(panel, ["North", "South"]);
        // Of North's 40 and South's 90 the mean is 65, the deviation 25. What is alike everywhere is no input.
        Assert.Equal([-1, 1, 0], inputs.Of(panel, "North"));
        Assert.Equal([1, 0, 1], inputs.Of(panel, "South"));
        Assert.Equal([-2, 0, 0], inputs.Of(panel, "West"));
        Assert.Equal("shops.csv, North: the kind \"kiosk\" was not there in training, which knows mall, street. Correct it, or train on a "
            + "file that has it.", Refused(() => inputs.Of(Told("kiosk"), "North")));
        SeriesSet crowd = new("c", [.. Enumerable.Range(0, 101).Select(s => ($"S{s}", panel["North"]))]);
        Assert.Equal(
            "The static column id of c has 101 different texts; at most 100 say something that series have in common. Leave it out, or put "
                + "its texts together in groups.",
            Refused(() => StaticInputs.Fit(crowd.WithStatic("id", crowd.Keys.ToDictionary(key => key, key => key)), [.. crowd.Keys])));

        SeriesSet Told(string kindOfNorth) => Read(Shops.Replace(",x,", ",7,", StringComparison.Ordinal), "size", "code")
            .WithStatic("kind", new Dictionary<string, string> { ["North"] = kindOfNorth, ["South"] = "street", ["West"] = "" })
            .WithStatic("same", new Dictionary<string, double> { ["North"] = 5, ["South"] = 5, ["West"] = 5 });
    }

    /// <summary>
    /// Twelve series of noise that a strong wind of either direction moves: up where the kind is "up", down where it is "down". The wind of
    /// the next day is known; least squares on it finds nothing. The last row tells the wind alone.
    /// </summary>
    private static SeriesSet Winds(int? spoiltFrom = null)
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

            return ($"S{s:00}", new TimeSeries("winds.csv",
                [.. Enumerable.Range(0, 181).Select(day => new DateTime(2020, 1, 1).AddDays(day))], ("moved", moved), ("wind", wind)));
        })];
        return new SeriesSet("winds.csv", series);
    }

    private static SeriesSet WithKind(SeriesSet panel) =>
        panel.WithStatic("kind", panel.Keys.ToDictionary(key => key, key => (key[^1] - '0') % 2 == 0 ? "up" : "down"));

    private static ForecastTask Task(SeriesSet data) =>
        new(data, new TaskOptions
        {
            Targets = ["moved"],
            Train = "..2020-05-31",
            Test = "2020-06-01..",
            Window = 3,
            Inputs = new ForecastInputs { Known = ["wind"] }
        });

    private static Part Of(string series) => new(series, "moved");

    private static EnsembleForecaster Fitted(ForecastTask task, int epochs = 30) =>
        SmallEnsembles.Fitted(new EnsembleForecaster(new EnsembleRecipe
        {
            Network = new NetworkRecipe
            {
                Units = 8,
                Threads = 2,
                Training = new TrainingOptions
                {
                    Epochs = epochs,
                    BatchSize = 64,
                    Optimizer = new Adam { LearningRate = 0.01 },
                    EarlyStopping = new EarlyStopping(7)
                }
            },
            Members = 1,
            Transform = TargetTransform.None,
        }), task);

    [Fact]
    public void They_help_where_they_matter()
    {
        ForecastTask without = Task(Winds()), with = Task(WithKind(Winds()));
        double Error(ForecastTask task)
        {
            EnsembleForecaster fitted = Fitted(task);
            return Comparison.Score(task, fitted, fitted.Predict(task)).Rmsse;
        }

        double blind = Error(without), seeing = Error(with);
        // Noise alone leaves 0.34. Three rows tell a little of the kind, so the blind one is not quite blind.
        Assert.InRange(blind, 0.43, 0.55);
        Assert.InRange(seeing, 0.34, 0.42);
    }

    [Fact]
    public void They_let_nothing_leak()
    {
        const int Known = 160;
        ForecastTask task = Task(WithKind(Winds())), spoilt = Task(WithKind(Winds(Known)));
        Forecast expected = Fitted(task, 2).Predict(task), actual = Fitted(spoilt, 2).Predict(spoilt);
        int same = Known - 152 + 1;
        foreach (Part part in task.Parts)
        {
            Assert.Equal(152, task[part].Train.Count);
            Assert.Equal(expected[part].AllRows()[..same], actual[part].AllRows()[..same]);
            Assert.NotEqual(expected[part][same, 1], actual[part][same, 1]);
        }
    }

    [Fact]
    public void A_saved_forecaster_reads_them_from_the_new_file()
    {
        SeriesSet panel = WithKind(Winds());
        EnsembleForecaster saved = Fitted(Task(panel), 8);
        EnsembleForecaster loaded = SmallEnsembles.Loaded(saved);
        Assert.Equal(("series", "kind"), (loaded.SeriesColumn, Assert.Single(loaded.StaticNames)));
        Forecast expected = saved.Predict(panel, 1), actual = loaded.Predict(panel, 1);
        Assert.Equal(expected.AllRows(), actual.AllRows());
        // Without them in the new panel each series is what it was in training.
        Assert.Equal(expected[Of("S04")].AllRows(), loaded.Predict(Winds(), 1)[Of("S04")].AllRows());
        SeriesSet turned = Winds()
            .WithStatic("kind", panel.Keys.ToDictionary(key => key, key => key == "S04" ? "down" : panel.StaticText(key)["kind"]));
        Assert.NotEqual(expected[Of("S04")][0, 1], loaded.Predict(turned, 1)[Of("S04")][0, 1]);
        Assert.Equal(expected[Of("S05")].AllRows(), loaded.Predict(turned, 1)[Of("S05")].AllRows());
        SeriesSet unknown = Winds().WithStatic("kind", panel.Keys.ToDictionary(key => key, key => key == "S04" ? "left" : "up"));
        Assert.Equal("winds.csv, S04: the kind \"left\" was not there in training, which knows down, up. Correct it, or train on a file "
            + "that has it.", Assert.Single(loaded.Predict(unknown, 1).LeftOut).Reason);
        Assert.Equal("No series of winds.csv can be forecast. The first, S00: The static column kind of winds.csv does not hold text as in "
            + "training. Correct the file, or train on one like it.",
            Refused(() => loaded.Predict(Winds().WithStatic("kind", panel.Keys.ToDictionary(key => key, _ => 1.0)), 1)));
    }
}
