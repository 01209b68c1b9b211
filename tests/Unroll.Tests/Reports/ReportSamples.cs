using Unroll.Reports;

namespace Unroll.Tests.Reports;

/// <summary>A small report with round figures: 10 days, trained on days 3 to 6, tested on days 7 to 10.</summary>
internal static class ReportSamples
{
    public static readonly DateTime First = new(2020, 12, 28);

    public static ForecastReport Small(params ModelResult[] models) => new()
    {
        Title = "Prices, High",
        File = "prices.csv",
        Target = "High",
        Dates = [.. Enumerable.Range(0, 10).Select(i => First.AddDays(i))],
        Actual = [10.1, 10.4, 10.2, 10.9, 11.3, 11.1, 11.7, 12.2, 11.9, 12.5],
        TrainFrom = First.AddDays(2),
        TrainTo = First.AddDays(5),
        TestDates = [.. Enumerable.Range(6, 4).Select(i => First.AddDays(i))],
        TestActual = [11.7, 12.2, 11.9, 12.5],
        Naive = [11.1, 11.7, 12.2, 11.9],
        NaiveRmse = 0.5147815070,
        NaiveMae = 0.5,
        NaiveMape = 4.137,
        Models = models.Length > 0 ? models : [Model("LSTM"), Model("GRU")],
        Verdict = ["The LSTM does not beat the naive forecast (RMSE 0.64 against 0.51)."],
        Settings = [new("window", "60"), new("epochs", "3")],
        Version = "1.2.3",
        Seed = 455,
    };

    public static ModelResult Model(string name) => new()
    {
        Name = name,
        Parameters = 63626,
        Epochs = 3,
        FinalLoss = 0.0125,
        Seconds = 31.4,
        Seed = 455,
        Rmse = 0.64,
        Mae = 0.61,
        Mape = 5.2,
        Skill = -0.243,
        Predictions = [11.2, 11.6, 12.4, 11.8],
        LossByEpoch = [0.5, 0.05, 0.0125],
        Summary = "lstm_1 (LSTM)   (125)   63,500",
    };
}
