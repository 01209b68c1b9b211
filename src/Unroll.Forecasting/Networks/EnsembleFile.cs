namespace Unroll.Forecasting;
internal static class EnsembleFile { public static void Write(string path, EnsembleState state) => throw new NotImplementedException(); }
