#!/usr/bin/python3
"""A provider's integration in Python: Debian's python3-grpcio and generated stubs, none of our client code.

usage: python_client.py ADDRESS USCC

Submits an application of the enterprise, reviews and approves it, transfers its credit, confirms the transfer, redeems an
order twice with the same request_id, and reads a refusal from the status details. Prints one line per step; the last is
"python client: ok".
"""
import datetime
import hashlib
import sys

import grpc
from google.rpc import error_details_pb2, status_pb2
from voucher.v1 import (application_pb2, application_service_pb2, application_service_pb2_grpc, credit_service_pb2,
                        credit_service_pb2_grpc, program_service_pb2, program_service_pb2_grpc, registry_service_pb2,
                        registry_service_pb2_grpc, types_pb2)

PROGRAM = "hubei-2025"
PROVIDER = "huaweicloud"
SPEND_FEN = 1_234_567
# 20 % of the spend, rounded down to the fen.
GRANT_FEN = 246_913


def as_principal(name):
    return {"metadata": (("x-voucher-principal", name),), "timeout": 20}


def expect(what, actual, wanted):
    if actual != wanted:
        sys.exit(f"python client: {what} is {actual!r}, must be {wanted!r}")
    print(f"{what}: {actual}")


def document(kind, number):
    return types_pb2.Document(kind=kind, number=number, sha256=hashlib.sha256(number.encode()).digest())


def application(uscc):
    request = application_service_pb2.SubmitApplicationRequest(
        request_id="python-apply", program_id=PROGRAM, item_id="resource", uscc=uscc,
        delivery_mode=types_pb2.DELIVERY_MODE_CLOUD_CREDIT, spend_fen=SPEND_FEN,
        project=application_pb2.Project(project_id="PY-1"),
        products=[application_pb2.ProductChoice(provider_id=PROVIDER, product_id="ecs")])
    request.evidence.invoices.add(
        number="25422000000900000001", amount_fen=SPEND_FEN,
        issued_on=types_pb2.CivilDate(year=2025, month=5, day=20))
    request.evidence.documents.extend([
        document(types_pb2.DOCUMENT_KIND_CONTRACT, "合同 PY-1"),
        document(types_pb2.DOCUMENT_KIND_PAYMENT_PROOF, "付款 PY-1"),
        document(types_pb2.DOCUMENT_KIND_ITEM_LIST, "清单 PY-1"),
    ])
    return request


def refusal_of(error):
    """Reason and metadata of a refusal, from google.rpc.ErrorInfo in the standard trailer."""
    trailers = dict(error.trailing_metadata())
    status = status_pb2.Status.FromString(trailers["grpc-status-details-bin"])
    for detail in status.details:
        info = error_details_pb2.ErrorInfo()
        if detail.Unpack(info):
            return info
    sys.exit("python client: no ErrorInfo in the status details")


def approve(channel, application_id):
    applications = application_service_pb2_grpc.ApplicationServiceStub(channel)
    for stage in ("DISTRICT", "EXPERT", "AUDIT", "CITY", "PROVINCE"):
        applications.ReviewApplication(
            application_service_pb2.ReviewApplicationRequest(
                request_id=f"python-review-{stage}", application_id=application_id, stage_id=stage,
                verdict=application_service_pb2.REVIEW_VERDICT_PASS, opinion="同意"), **as_principal("reviewer"))
    approved = applications.ApproveApplication(
        application_service_pb2.ApproveApplicationRequest(request_id="python-approve", application_id=application_id),
        **as_principal("approver"))
    expect("approved fen", approved.event.approved_fen, GRANT_FEN)
    return approved.event.voucher_id


def transfer(channel, uscc, voucher_id):
    bound = registry_service_pb2_grpc.RegistryServiceStub(channel).BindCloudAccount(
        registry_service_pb2.BindCloudAccountRequest(
            request_id="python-bind", provider_id=PROVIDER, account_number="hw-python", uscc=uscc),
        **as_principal(f"provider-{PROVIDER}"))
    credit = credit_service_pb2_grpc.CreditServiceStub(channel)
    ordered = credit.OrderTransfer(
        credit_service_pb2.OrderTransferRequest(
            request_id="python-transfer", voucher_id=voucher_id, account_id=bound.event.account_id,
            amount_fen=GRANT_FEN), **as_principal("issuer"))
    confirmed = credit.ConfirmTransfer(
        credit_service_pb2.ConfirmTransferRequest(
            request_id="python-confirm", transfer_id=ordered.event.transfer_id, provider_reference="py-ref-1"),
        **as_principal(f"provider-{PROVIDER}"))
    expect("credited fen", confirmed.event.credited_fen, GRANT_FEN)
    return bound.event.account_id


def redeem(channel, account_id):
    credit = credit_service_pb2_grpc.CreditServiceStub(channel)
    order = credit_service_pb2.RedeemRequest(
        request_id="python-redeem", program_id=PROGRAM, account_id=account_id, product_id="ecs",
        order_number="PY-ORDER-1", amount_fen=46_913)
    order.usage_ended_at.FromDatetime(datetime.datetime(2025, 10, 29, 16, tzinfo=datetime.timezone.utc))
    me = as_principal(f"provider-{PROVIDER}")
    first = credit.Redeem(order, **me)
    expect("redeemed fen", first.event.amount_fen, 46_913)
    expect("same receipt on the second call", credit.Redeem(order, **me).receipt == first.receipt, True)
    left = credit.GetCredit(
        credit_service_pb2.GetCreditRequest(account_id=account_id, min_sequence=first.receipt.sequence), **me)
    expect("credit left in fen", left.total_fen, 200_000)

    order.request_id = "python-redeem-twice"
    try:
        credit.Redeem(order, **me)
        sys.exit("python client: a second use of the order number was accepted")
    except grpc.RpcError as error:
        expect("code of the double order", error.code(), grpc.StatusCode.ALREADY_EXISTS)
        expect("reason of the double order", refusal_of(error).reason, "ORDER_ALREADY_REDEEMED")

    def messages():
        for index in range(3):
            message = credit_service_pb2.StreamRedeemRequest()
            item = message.redemptions.add()
            item.CopyFrom(order)
            item.request_id = item.order_number = f"PY-STREAM-{index}"
            item.amount_fen = 50_000
            yield message

    amounts = [outcome.event.amount_fen for answer in credit.StreamRedeem(messages(), **me)
               for outcome in answer.outcomes]
    expect("redeemed on a stream", amounts, [50_000, 50_000, 50_000])


def main():
    address, uscc = sys.argv[1:]
    with grpc.insecure_channel(address) as channel:
        submitted = application_service_pb2_grpc.ApplicationServiceStub(channel).SubmitApplication(
            application(uscc), **as_principal("platform"))
        expect("granted fen", submitted.event.granted_fen, GRANT_FEN)
        voucher_id = approve(channel, submitted.event.application_id)
        account_id = transfer(channel, uscc, voucher_id)
        redeem(channel, account_id)
        budget = program_service_pb2_grpc.ProgramServiceStub(channel).GetBudget(
            program_service_pb2.GetBudgetRequest(program_id=PROGRAM), **as_principal("observer")).budget
        expect("payable fen", budget.payable_fen, 196_913)
    print("python client: ok")


if __name__ == "__main__":
    main()
